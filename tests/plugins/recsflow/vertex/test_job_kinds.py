import pytest

from recsflow.vertex.job_kinds import CUSTOM_JOBS, DEPLOYMENTS, PIPELINE_JOBS, job_kind

pytestmark = pytest.mark.unit

KINDS = (PIPELINE_JOBS, CUSTOM_JOBS, DEPLOYMENTS)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_a_trigger_kept_of_a_kind_is_that_kind_again(kind):
    assert [each for each in KINDS if job_kind(kind.name) is each] == [kind]
