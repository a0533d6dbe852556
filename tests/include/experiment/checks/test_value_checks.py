import pytest

from include.experiment.checks.value_checks import check_values

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"epochs": 0}, ["run parameters: epochs is 0; use at least 1 and at most 1000."]),
        ({"learning_rate": "fast"}, ["run parameters: learning_rate is 'fast'; use a number."]),
        ({"sample_percent": 30}, ["run parameters: sample_percent is 30; use one of 5, 10, 25, 100."]),
        ({"epochs": None, "notes": "", "model": "fast", "seed": 7}, []),
        # Of another form, or only right together.
        ({"trials": "many", "overfit_rows": 8}, []),
    ],
)
def test_each_value_is_told_in_a_sentence_by_itself(parameters, said):
    assert [str(problem) for problem in check_values(parameters)] == said


def test_config_that_is_not_there_is_told_with_those_that_are(tmp_path, monkeypatch):
    for name in ("deep", "flat"):
        path = tmp_path / "models" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(tmp_path))
    (problem,) = check_values({"model": "flet"})
    assert str(problem).startswith("run parameters: model is 'flet'; did you mean 'flat'?")
