import pytest

from recsflow_trainer.evaluation.headline import rating_headline, retrieval_headline

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(
    ("share", "metric", "reason"),
    [
        (
            0.28,
            "recall@100",
            "28% of the test rows are repeats, so lists may hold what a customer had bought",
        ),
        (0.004, "unbought_recall@100", "only 0.4% of the test rows are repeats, so lists leave out what"),
        (
            0.0,
            "unbought_recall@100",
            "no test row is a repeat, so lists leave out what a customer had bought",
        ),
    ],
)
def test_how_much_is_bought_again_decides_what_a_list_may_hold(share, metric, reason):
    headline = retrieval_headline(share)
    assert headline.metric == metric
    assert headline.reason.startswith(reason)
    assert headline.counts(metric)


def test_whole_lists_do_not_count_where_nothing_is_bought_again():
    assert not retrieval_headline(0.0).counts("recall@10")
    assert retrieval_headline(0.0).counts("novel_recall@10")
    assert not retrieval_headline(0.5).counts("unbought_recall@10")


def test_ratings_are_judged_by_their_distance():
    assert rating_headline().metric == "rmse"
    assert not rating_headline().counts("mean_error")
