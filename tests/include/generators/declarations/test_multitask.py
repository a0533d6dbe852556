import pytest

from include.generators.trainer_module import render_trainer_module
from tests.include.generators.checks import ROOT, complaints, undefined_or_unused
from tests.include.generators.declarations.rated import rated_experiment

pytestmark = pytest.mark.unit


def multitask(**values):
    return render_trainer_module(rated_experiment(type="multitask", **values))


def test_module_is_the_golden_one():
    golden = ROOT / "tests/include/generators/golden/multitask_module.py"
    source = multitask(
        normalize=True,
        temperature=0.1,
        loss="sampled",
        negatives=4096,
        half_life_days=180,
        history={"window_days": 14},
        rating_loss={"type": "mae"},
        label_transform="log1p",
        rating_weight=0.5,
    )
    assert source == golden.read_text()
    assert complaints(source) == ""
    assert undefined_or_unused(source) == set()
