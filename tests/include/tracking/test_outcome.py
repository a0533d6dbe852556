import pytest

from include.tracking.entries import tags_of
from include.tracking.outcome import ComponentOutcome, PipelineOutcome
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

EVENT = {
    "status": "failed",
    "job_id": "quick-test-1",
    "message": "Transform failed",
    "seconds": 12.5,
    "components": [
        {"name": "ExampleGen", "state": "cached", "seconds": 0.0, "error": ""},
        {"name": "Transform", "state": "failed", "seconds": 3.0, "error": "ValueError: x"},
    ],
}


def test_the_event_of_the_wait_is_read():
    outcome = PipelineOutcome.from_event(EVENT, job_url="http://jobs/1", steps_s={"stage_dataset": 4.0})

    assert not outcome.succeeded
    assert outcome.message == "Transform failed"
    assert outcome.components[1] == ComponentOutcome("Transform", "failed", 3.0, "ValueError: x")
    assert outcome.steps_s == {"stage_dataset": 4.0}


def test_the_record_names_the_image_that_ran():
    outcome = PipelineOutcome.from_event(EVENT, image="registry/trainer@sha256:ab")

    assert tags_of(resolved(), None, outcome)["recsflow.trainer_image"] == "registry/trainer@sha256:ab"


def test_success_carries_no_message():
    outcome = PipelineOutcome.from_event({**EVENT, "status": "succeeded", "message": "job succeeded"})

    assert outcome.succeeded
    assert outcome.message == ""
