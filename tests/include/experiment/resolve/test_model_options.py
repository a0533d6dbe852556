import pytest

from include.errors import ConfigError
from include.experiment.resolve.rerun import resolve_rerun
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def problems(**parameters):
    with pytest.raises(ConfigError) as refused:
        resolved(**parameters)
    return [str(problem) for problem in refused.value.problems]


def rerun(parent, **parameters):
    return resolve_rerun(parameters, parent, dag_id="trainer_rerun", run_id="manual__2018-01-02")


def test_options_change_the_named_fields_and_no_other():
    before, after = resolved(), resolved(model_options={"embedding_dim": 64, "half_life_days": 90})
    assert after.model == before.model.model_copy(update={"embedding_dim": 64, "half_life_days": 90.0})


def test_a_mapping_changes_only_the_keys_that_it_names():
    model = resolved(model="history", model_options={"history": {"epochs": 3}}).model
    assert (model.history.window_days, model.history.epochs) == (28, 3)


def test_a_mapping_of_another_type_replaces_the_whole():
    model = resolved(
        model="ranking", features="catalogue", model_options={"rating_loss": {"type": "mse"}}
    ).model
    assert model.rating_loss.model_dump() == {"type": "mse"}


def test_sources_name_the_run_for_an_option_and_the_file_for_the_rest():
    sources = resolved(model_options={"embedding_dim": 64}).sources
    assert sources["embedding_dim"] == "run parameter"
    assert sources["learning_rate"] == "models/shallow.yaml"


def test_an_option_is_checked_as_if_it_stood_in_the_file():
    assert problems(model_options={"embedding_dim": 1}) == [
        "run parameters: model_options.embedding_dim is 1; use at least 2 and at most 1024."
    ]
    assert problems(model_options={"loss": "full"}) == [
        "run parameters: model_options is {'loss': 'full'} for models/shallow.yaml; "
        "remove negatives, since loss full compares with all products."
    ]


def test_an_unknown_option_is_told_with_the_nearest_field():
    (problem,) = problems(model_options={"embeding_dim": 64})
    assert problem.startswith(
        "run parameters: model_options.embeding_dim is not a field of models/shallow.yaml, which has type "
        "retrieval; did you mean 'embedding_dim'?"
    )


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("learning_rate", 0.1, "use the run parameter learning_rate"),
        ("optimizer", {"name": "adam"}, "use the run parameters optimizer and optimizer_options"),
        ("type", "ranking", "choose a model of that type by the run parameter model"),
    ],
)
def test_what_a_run_says_elsewhere_is_no_option(name, value, remedy):
    (problem,) = problems(model_options={name: value})
    assert problem == f"run parameters: model_options.{name} is {value!r}; {remedy}."


def test_a_rerun_keeps_its_parents_options_and_adds_its_own():
    parent = resolved(model_options={"embedding_dim": 64})
    child = rerun(parent, model_options={"half_life_days": 90})
    assert (child.model.embedding_dim, child.model.half_life_days) == (64, 90)
    assert child.parameters.model_options == {"embedding_dim": 64, "half_life_days": 90}
    assert child.sources["half_life_days"] == "run parameter"
    assert child.sources["embedding_dim"] == f"experiment {parent.experiment_id}"


def test_a_rerun_with_another_model_forgets_the_options_of_the_first():
    child = rerun(resolved(model_options={"embedding_dim": 64}), model="deep")
    assert child.parameters.model_options is None
    assert child.model.embedding_dim == 128


def test_a_rerun_cannot_change_the_graphs_that_it_reads():
    parent = resolved(model="graph", features="basket")
    with pytest.raises(ConfigError) as refused:
        rerun(parent, model_options={"neighbors": 4})
    assert "model_options.neighbors is 4, but 8 in" in str(refused.value)
    assert rerun(parent, model_options={"pooling": ["sum"]}).model.pooling == ("sum",)
