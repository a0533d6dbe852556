"""What the models that find products share: their loss and what it needs."""

import pytest
from pydantic import TypeAdapter, ValidationError

from include.experiment.config.models import ModelConfig

pytestmark = [pytest.mark.unit, pytest.mark.parametrize("model_type", ["retrieval", "multitask"])]


def model(model_type, **values):
    return TypeAdapter(ModelConfig).validate_python({"name": "plain", "type": model_type, **values})


def test_all_products_are_compared_unless_the_config_says_otherwise(model_type):
    plain = model(model_type)
    assert (plain.loss, plain.negatives, plain.product_bias, plain.history) == ("full", 0, True, None)


@pytest.mark.parametrize(
    "values",
    [
        {"loss": "sampled", "negatives": 4096, "half_life_days": 180, "residual": True},
        {"loss": "in_batch", "negatives": 100},
        {"half_life_days": 30, "history": {"window_days": 14}},
    ],
)
def test_every_loss_can_be_had(model_type, values):
    assert model(model_type, **values).model_dump(include=set(values), exclude_defaults=True) == values


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"loss": "sampled"}, "give negatives, such as 4096"),
        ({"loss": "full", "negatives": 10}, "remove negatives, since loss full compares with all products"),
        ({"loss": "in_batch", "half_life_days": 30}, "remove half_life_days, since loss in_batch"),
    ],
)
def test_a_loss_without_what_it_needs_is_refused(model_type, values, sentence):
    with pytest.raises(ValidationError, match=sentence):
        model(model_type, **values)


def test_layers_that_correct_the_embeddings_are_no_long_way_to_the_score(model_type):
    towers = {"query_tower": [{"type": "dense", "units": 8}] * 4}
    assert model(model_type, **towers).dense_layers == 4
    assert model(model_type, **towers, residual=True).dense_layers == 0
