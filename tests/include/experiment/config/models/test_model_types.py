"""One record answers what is asked about a model type, one that was made up for this test as well."""

from dataclasses import replace
from pkgutil import resolve_name
from typing import ClassVar, Literal, get_args

import pytest

from include.experiment.checks.label_checks import check_label
from include.experiment.checks.serving_checks import check_served_names
from include.experiment.config.models import MODEL_TYPES, AnyModel, ModelType, RankingConfig
from include.experiment.config.promotion_rule import PromotionRule
from include.generators.trainer_module import render_trainer_module
from include.quality.finite_numbers import predicts_label
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def test_each_type_is_registered_by_its_own_name_and_declared_by_what_its_record_names():
    for config in get_args(AnyModel):
        assert config.kind is MODEL_TYPES[config.kind.name]
        assert get_args(config.model_fields["type"].annotation) == (config.kind.name,)
        assert callable(resolve_name(config.kind.declaration))


class ChurnConfig(RankingConfig):
    """Rates as a ranking model does, is judged by the order, and has an argument of its own."""

    kind: ClassVar[ModelType] = replace(
        RankingConfig.kind, name="churn", judged_by="spearman", own_arguments=("until",)
    )
    type: Literal["churn"]  # type: ignore[assignment]


@pytest.fixture
def churn():
    experiment = resolved(model="ranking", features="catalogue")
    model = ChurnConfig.model_validate({**experiment.model.model_dump(), "type": "churn"})
    return experiment.model_copy(update={"model": model})


def test_a_new_type_is_judged_checked_and_declared_by_its_record_alone(churn):
    assert PromotionRule().metric_for(churn.model.kind) == "spearman"
    assert churn.model.kind.promoting_metrics == ["spearman", "rmse", "mae", "pairwise_accuracy"]
    assert churn.model.kind.searched_metrics[0] == "spearman"
    assert predicts_label(churn)
    assert not churn.reads_graphs
    ranking = resolved(model="ranking", features="catalogue")
    assert render_trainer_module(churn) == render_trainer_module(ranking)

    columns = tuple(column for column in churn.dataset.columns if column.name != churn.dataset.label)
    without_label = churn.dataset.model_copy(update={"columns": columns})
    (problem,) = check_label(churn.model, without_label, None)
    assert "which model type churn predicts" in str(problem)
    assert check_served_names(churn.model, churn.features, churn.dataset) == []
