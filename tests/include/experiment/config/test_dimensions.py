import pytest
from pydantic import TypeAdapter, ValidationError

from include.experiment.config.dimensions import Dimension
from include.experiment.config.problems import problems_from
from include.experiment.config.sweep_config import SweepConfig

pytestmark = pytest.mark.unit


def dimension(**keys):
    return TypeAdapter(Dimension).validate_python(keys)


def complaint(**keys):
    """What a person reads about a dimension called epochs."""
    config = {"name": "x", "dataset": "d", "features": "f", "model": "m", "space": {"epochs": keys}}
    with pytest.raises(ValidationError) as refused:
        SweepConfig.model_validate(config)
    (problem,) = problems_from(refused.value, SweepConfig, "sweeps/x.yaml")
    return str(problem)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"type": "log_normal", "low": 1, "high": 2},
            "sweeps/x.yaml: space.epochs.type is 'log_normal'; did you mean 'log_uniform'? Otherwise use one "
            "of uniform, log_uniform, integer, categorical.",
        ),
        (
            {"type": "log_uniform", "low": 0, "high": 1},
            "sweeps/x.yaml: space.epochs.low is 0; use more than 0.",
        ),
        (
            {"type": "integer", "low": 4, "high": 4},
            "sweeps/x.yaml: space.epochs is {'type': 'integer', 'low': 4, 'high': 4}; use a low that is less "
            "than high, which is 4.",
        ),
        (
            {"type": "integer", "low": 1, "high": 2.5},
            "sweeps/x.yaml: space.epochs.high is 2.5; use a whole number.",
        ),
        (
            {"type": "categorical", "choices": [3]},
            "sweeps/x.yaml: space.epochs.choices is [3]; give at least 2 of them.",
        ),
        ({"type": "integer", "low": 1}, "sweeps/x.yaml: space.epochs.high is missing; add it."),
    ],
)
def test_a_mistake_is_one_sentence_with_file_field_value_and_remedy(keys, said):
    assert complaint(**keys) == said


def test_steps_have_to_reach_high():
    with pytest.raises(ValidationError, match="use 9 as high"):
        dimension(type="integer", low=1, high=10, step=4)
    assert dimension(type="integer", low=1, high=9, step=4).size == 3


def test_choices_have_to_differ_lists_included():
    with pytest.raises(ValidationError, match=r"write \[64\] once"):
        dimension(type="categorical", choices=[[64], [], [64]])


def test_a_drawn_number_is_rounded_to_what_a_person_types_and_stays_inside():
    rate = dimension(type="log_uniform", low=0.0300049, high=0.5)
    assert rate.rounded(0.123456789) == 0.1235
    assert rate.rounded(0.0300049) == 0.0300049
