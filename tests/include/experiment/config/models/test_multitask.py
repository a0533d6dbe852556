"""A multitask model's own part of its config."""

import pytest

from include.experiment.config.models import MultitaskConfig

pytestmark = pytest.mark.unit

DENSE = {"type": "dense", "units": 8}


def test_layers_of_the_head_count_where_those_of_the_towers_only_correct():
    values = {"name": "plain", "type": "multitask", "query_tower": [DENSE] * 2, "rating_head": [DENSE] * 3}
    assert MultitaskConfig.model_validate(values).dense_layers == 5
    assert MultitaskConfig.model_validate({**values, "residual": True}).dense_layers == 3
