import json

import pytest

from include.tracking.entries import metrics_of, tags_of
from include.tracking.summary import render_summary
from tests.include.complete_journey import resolved
from tests.include.tracking.conftest import CONTRACT

pytestmark = pytest.mark.unit

EXPECTED = """\
overfit check FAILED: 32 rows, 500 epochs, learning rate 1
recall@1                              0.0312 > 0.9000     FAILED
score_std                         not finite > 0.1000     FAILED
red flag wrong_sign: look at the loss
  97% of the pairs are the wrong way round
  Look for a wrong sign.
"""


@pytest.fixture
def checked(metrics_with):
    return metrics_with(overfit=json.loads((CONTRACT.parent / "overfit_v2.json").read_text()))


def test_summary_shows_what_was_asked_for_and_each_red_flag_in_place_of_a_verdict(checked, failed):
    text = render_summary(resolved(), checked, failed)
    assert EXPECTED in text
    assert "training is" not in text


def test_record_has_the_numbers_and_the_flags(checked, failed):
    values = {entry.name: entry.value for entry in metrics_of(checked, failed)}
    assert values["overfit_recall_at_1"] == 0.03125
    assert "overfit_score_std" not in values
    tags = tags_of(resolved(), checked, failed)
    assert tags["recsflow.overfit_check"] == "failed"
    assert tags["recsflow.red_flags"] == "wrong_sign (loss)"


def test_a_run_that_is_no_check_is_not_tagged_as_one(metrics, succeeded):
    assert not {name for name in tags_of(resolved(), metrics, succeeded) if "overfit" in name}
