from datetime import timedelta

import pytest

from include.retention.models import needed_by_models
from include.tracking.model_versions import RegisteredVersion
from tests.include.retention.items import CUTOFF, NEW, OLD, ROOT

pytestmark = pytest.mark.unit


def version(number, experiment_id, *, days_before_cutoff, aliases=()):
    uri = f"{ROOT}/pipeline_root/7/{experiment_id}/Trainer_1/model/Format-Serving"
    registered = CUTOFF - timedelta(days=days_before_cutoff)
    return RegisteredVersion("retraining_weekly", number, experiment_id, uri, registered, aliases)


def test_an_old_champion_needs_its_model_and_its_experiment():
    versions = [version("3", OLD, days_before_cutoff=300, aliases=("champion",))]
    assert needed_by_models(versions, ROOT, CUTOFF) == {
        f"experiments/{OLD}": "champion of retraining_weekly, version 3",
        f"pipeline_root/7/{OLD}": "champion of retraining_weekly, version 3",
    }


def test_another_version_is_needed_while_it_is_young():
    versions = [version("1", OLD, days_before_cutoff=1), version("2", NEW, days_before_cutoff=0)]
    needed = needed_by_models(versions, ROOT, CUTOFF)
    assert set(needed) == {f"experiments/{NEW}", f"pipeline_root/7/{NEW}"}
    assert set(needed.values()) == {"version 2 of retraining_weekly, younger than the retention"}


def test_a_version_with_another_alias_is_pointed_at_as_well():
    versions = [version("1", OLD, days_before_cutoff=1, aliases=("fallback",))]
    assert set(needed_by_models(versions, ROOT, CUTOFF).values()) == {
        "fallback of retraining_weekly, version 1"
    }


def test_a_champion_is_the_reason_although_the_version_is_young():
    versions = [
        version("1", NEW, days_before_cutoff=-1),
        version("2", NEW, days_before_cutoff=-1, aliases=("champion",)),
    ]
    assert set(needed_by_models(versions, ROOT, CUTOFF).values()) == {
        "champion of retraining_weekly, version 2"
    }
