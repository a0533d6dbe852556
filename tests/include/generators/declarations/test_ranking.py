import pytest

from include.generators.trainer_module import render_trainer_module
from tests.include.generators.checks import ROOT, complaints, undefined_or_unused
from tests.include.generators.declarations.rated import rated_experiment

pytestmark = pytest.mark.unit


def ranking(**values):
    return render_trainer_module(rated_experiment(type="ranking", **values))


def test_module_is_the_golden_one():
    golden = ROOT / "tests/include/generators/golden/ranking_module.py"
    source = ranking(rating_loss={"type": "huber", "delta": 0.5}, label_transform="zscore")
    assert source == golden.read_text()


@pytest.mark.parametrize(
    ("loss", "declared"),
    [
        ({"type": "mse"}, "loss=MeanSquaredError(),"),
        ({"type": "mae"}, "loss=MeanAbsoluteError(),"),
        ({"type": "huber"}, "loss=Huber(delta=1.0),"),
        ({"type": "binary_crossentropy"}, "loss=BinaryCrossentropy(),"),
        (
            {"type": "pairwise", "margin_eps": 0.1, "weight_by_difference": True},
            "loss=PairwiseRankLoss(margin_eps=0.1, tie_eps=1e-06, temperature=1.0, weight_by_difference=True",
        ),
    ],
)
def test_every_loss_is_declared_and_imported(loss, declared):
    source = ranking(rating_loss=loss)
    assert declared in source
    assert complaints(source) == ""
    assert undefined_or_unused(source) == set()
