"""Requests that nobody thought of: made up from the schema, bounded by their number."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.patience import PATIENCE_S
from tests.plugins.recsflow.page.experiments import HEALTHY

pytestmark = pytest.mark.emulator

# That a cursor is of the page before, and no experiment compared with itself.
NOT_IN_A_SCHEMA = [positive_data_acceptance]
made_up = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def answers(operation, signed):
    """Statuses of an address's answers, each of them checked against what the schema says of it."""
    statuses = set()

    @made_up
    @given(case=operation.as_strategy())
    def ask(case):
        # Half of all requests are of an experiment that there is, or no address would do its work.
        if len(case.path_parameters.get("experiment_id", "")) % 2:
            case.path_parameters["experiment_id"] = HEALTHY
        answer = case.call_and_validate(headers=signed, timeout=PATIENCE_S, excluded_checks=NOT_IN_A_SCHEMA)
        statuses.add(answer.status_code)

    ask()
    return statuses


def test_every_request_is_answered_as_the_schema_says(web_server):
    schema = schemathesis.openapi.from_dict(web_server.get("openapi.json").json())
    schema.config.update(base_url=f"{web_server.url}/recsflow")
    signed = {"Authorization": f"Bearer {web_server.token('admin')}"}

    answered = {
        operation.path: answers(operation, signed)
        for operation in (found.ok() for found in schema.get_all_operations())
    }

    assert len(answered) == 9
    assert {path for path, statuses in answered.items() if 200 in statuses} >= {
        *("/api/experiments", "/api/experiments/{experiment_id}", "/api/facets", "/api/status"),
        "/api/experiments/{experiment_id}/epochs",
    }
