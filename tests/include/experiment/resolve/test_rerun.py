import pytest

from include.errors import ConfigError
from include.experiment.config.models import GraphRankingConfig
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.rerun import resolve_rerun
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

PARENT_ID = "quick-test-manual-2018-01-01-44aa8e8f3b"


@pytest.fixture
def parent():
    experiment = resolved(
        optimizer="adagrad",
        optimizer_options={"initial_accumulator_value": 0.2},
        learning_rate=0.05,
        seed=7,
        notes="first",
    )
    return experiment.model_copy(update={"experiment_id": PARENT_ID})


def rerun(parent, **parameters):
    given = {"experiment": PARENT_ID, "model": None, "epochs": None, **parameters}
    return resolve_rerun(given, parent, dag_id="trainer_rerun", run_id="manual__2018-01-02")


def problems(parent, **parameters):
    with pytest.raises(ConfigError) as refused:
        rerun(parent, **parameters)
    return [str(problem) for problem in refused.value.problems]


def test_what_is_not_given_is_the_parents(parent):
    child = rerun(parent, learning_rate=0.02)
    assert child.training == {**parent.training, "learning_rate": 0.02}
    unchanged = ("dataset", "features", "split", "columns", "window_end", "filter_types")
    assert {name: getattr(child, name) for name in unchanged} == {
        name: getattr(parent, name) for name in unchanged
    }


def test_the_rerun_has_an_id_of_its_own_and_notes_its_parent(parent):
    child = rerun(parent, learning_rate=0.02)
    assert child.experiment_id.startswith("trainer-rerun-manual-2018-01-02-")
    assert (child.dag_id, child.run_id) == ("trainer_rerun", "manual__2018-01-02")
    assert child.parent_experiment_id == PARENT_ID
    assert child.parameters.notes == ""
    assert Experiment.from_json(child.to_json()) == child


def test_a_rerun_of_a_schedules_experiment_is_no_run_of_the_schedule(parent):
    child = rerun(parent.model_copy(update={"schedule": "weekly"}), learning_rate=0.02)
    assert child.schedule is None


def test_sources_tell_the_parents_values_from_the_runs(parent):
    sources = rerun(parent, learning_rate=0.02).sources
    assert sources["learning_rate"] == "run parameter"
    assert sources["epochs"] == sources["seed"] == f"experiment {PARENT_ID}"


def test_another_model_comes_with_its_own_hyperparameters(parent):
    child = rerun(parent, model="full", epochs=1)
    # full.yaml: adam, learning rate 0.01, 12 epochs.
    assert child.model.name == child.parameters.model == "full"
    assert (child.training["learning_rate"], child.training["epochs"]) == (0.01, 1)
    assert (child.training["optimizer"], child.training["optimizer_options"]) == ("adam", {})
    assert child.training["seed"] == 7
    assert child.sources["learning_rate"] == "models/full.yaml"
    assert child.sources["holdout_days"] == f"experiment {PARENT_ID}"


def test_another_optimizer_drops_the_options_of_the_former(parent):
    child = rerun(parent, optimizer="adam")
    assert (child.training["optimizer"], child.training["optimizer_options"]) == ("adam", {})
    assert rerun(parent).training["optimizer_options"] == {"initial_accumulator_value": 0.2}


def test_a_rerun_can_be_rerun(parent):
    child = rerun(parent, learning_rate=0.02)
    grandchild = resolve_rerun({"epochs": 1}, child, dag_id="trainer_rerun", run_id="manual__2018-01-03")
    assert grandchild.parent_experiment_id == child.experiment_id
    assert (grandchild.training["learning_rate"], grandchild.training["epochs"]) == (0.02, 1)


def test_other_features_are_refused_with_a_way_out(parent):
    assert problems(parent, features="rich", sample_percent=100) == [
        f"run parameters: features is 'rich', but 'basic' in {PARENT_ID}; leave it out, since a rerun trains "
        "on that experiment's rows, or trigger quick_test.",
        f"run parameters: sample_percent is 100, but 25 in {PARENT_ID}; leave it out, since a rerun trains "
        "on that experiment's rows, or trigger quick_test.",
    ]


def test_what_is_as_in_the_parent_may_be_said(parent):
    child = rerun(parent, features="basic", sample_percent=25, holdout_days=28)
    assert child.features == parent.features


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"learning_rate": 0}, "learning_rate is 0; use more than 0 and at most 10."),
        ({"model": "deeep"}, "model is 'deeep'; did you mean 'deep'?"),
        ({"learning_rat": 0.1}, "learning_rat is not a known key; did you mean 'learning_rate'?"),
    ],
)
def test_mistakes_are_told_as_in_any_run(parent, parameters, words):
    (problem,) = problems(parent, **parameters)
    assert words in problem


def test_warnings_are_of_the_reruns_own_values(parent):
    fields = [warning.field for warning in rerun(parent, model="deep", learning_rate=0.5).warnings]
    assert "learning_rate" in fields


def test_model_of_another_type_trains_on_the_same_rows(parent):
    child = rerun(parent, model="ranking")
    assert (child.model.type, child.training["learning_rate"]) == ("ranking", child.model.learning_rate)


def test_model_of_graphs_is_not_exchanged_since_it_makes_its_own_graphs(parent):
    graph = GraphRankingConfig.model_construct(name="graph", type="graph_ranking")
    of_graphs = parent.model_copy(update={"model": graph})
    assert problems(of_graphs, model="deep") == [
        f"run parameters: model is 'deep', but 'graph' in {PARENT_ID}; leave it out or trigger quick_test, "
        "since 'graph' makes graphs of its own."
    ]
