"""What runs but probably not as wished."""

from collections.abc import Iterator

from include.experiment.config.choices import SplitStrategy
from include.experiment.config.feature_config import FeatureConfig, VocabularyFeature
from include.experiment.config.models import ModelConfig
from include.experiment.config.models.rating import PairwiseLoss, RatedModel
from include.experiment.config.optimizers import OPTIMIZERS
from include.experiment.config.run_parameters import RunParameters
from include.experiment.resolve.experiment import (
    HELD_BACK_OF_TRAIN,
    ConfigWarning,
    Severity,
    SplitPlan,
)

HIGH_LEARNING_RATE = 0.1
DEEP = 3
LARGE_FOR_PAIRS = 4096


def config_warnings(
    parameters: RunParameters,
    features: FeatureConfig,
    model: ModelConfig,
    split: SplitPlan,
) -> tuple[ConfigWarning, ...]:
    """Return the warnings of a configuration that has no problems."""
    return (
        *_learning_rate(model),
        *_pairs_of_a_batch(model),
        *_unused_split_values(parameters, split),
        *_eval_rows_from_train(split),
        *_ids_that_depend_on_the_sample(features, model, split),
    )


def _learning_rate(model: ModelConfig) -> Iterator[ConfigWarning]:
    # Before the run's factor: an overfit check learns a few rows, faster on purpose.
    rate, optimizer = model.learning_rate, OPTIMIZERS[model.optimizer.name]
    if rate >= HIGH_LEARNING_RATE and model.dense_layers >= DEEP:
        yield ConfigWarning(
            severity=Severity.HIGH,
            field="learning_rate",
            message=f"{rate:g} with {model.dense_layers} dense layers often makes the gradients collapse.",
            recommended=optimizer.recommended_when_deep,
        )
    elif optimizer.fast_above is not None and rate > optimizer.fast_above:
        yield ConfigWarning(
            severity=Severity.MEDIUM,
            field="learning_rate",
            message=f"{rate:g} is fast for {model.optimizer.name.value}.",
            recommended=optimizer.recommended,
        )


def _pairs_of_a_batch(model: ModelConfig) -> Iterator[ConfigWarning]:
    pairwise = isinstance(model, RatedModel) and isinstance(model.rating_loss, PairwiseLoss)
    if pairwise and model.batch_size > LARGE_FOR_PAIRS:
        table_mib = model.batch_size**2 * 4 / 2**20
        yield ConfigWarning(
            severity=Severity.MEDIUM,
            field="batch_size",
            message=f"The pairwise loss of {model.batch_size:,} rows needs several tables of "
            f"{table_mib:,.0f} MiB.",
            recommended="256 to 2048",
        )


def _ids_that_depend_on_the_sample(
    features: FeatureConfig, model: ModelConfig, split: SplitPlan
) -> Iterator[ConfigWarning]:
    """A sample has every id of the train split, but not every row of it, by which vocabularies are cut."""
    if split.sample_percent == 100 or model.kind.reads_graphs:
        return
    for tower, listed in features.towers.items():
        for index, feature in enumerate(listed):
            if not (isinstance(feature, VocabularyFeature) and feature.is_primary_id):
                continue
            for limit in ("min_frequency", "max_vocabulary"):
                value = getattr(feature, limit)
                if value is not None and (limit, value) != ("min_frequency", 1):
                    yield ConfigWarning(
                        severity=Severity.MEDIUM,
                        field=f"features/{features.name}.yaml: {tower}[{index}].{limit}",
                        message=f"{value:,} is counted in a sample of {split.sample_percent} %, so that "
                        f"samples of other sizes know other values of {feature.column}, and their results "
                        "cannot be compared.",
                        recommended=f"sample_percent 100, or no {limit}",
                    )


def _eval_rows_from_train(split: SplitPlan) -> Iterator[ConfigWarning]:
    if not split.held_back:
        return
    of_train, of_all = f"{100 * HELD_BACK_OF_TRAIN:g} %", f"{100 * split.held_back:g} %"
    yield ConfigWarning(
        severity=Severity.MEDIUM,
        field="eval_ratio",
        message=f"0 leaves no rows for eval, which training needs: {of_train} of the train rows, {of_all} of "
        f"all, are held back from training as eval; the test split is the whole "
        f"{100 * (1 - split.train_ratio):g} %. Early stopping and val_* metrics rest on these few rows.",
        recommended="0.1 where runs are compared by val_* or stop early",
    )


def _unused_split_values(parameters: RunParameters, split: SplitPlan) -> Iterator[ConfigWarning]:
    used = {
        SplitStrategy.RANDOM: {"train_ratio"},
        SplitStrategy.CUSTOM: {"train_ratio", "eval_ratio"},
        SplitStrategy.TIME_HOLDOUT: {"train_ratio", "holdout_days"},
        SplitStrategy.STRICT_TIME: {"holdout_days"},
    }[split.strategy]
    for field in ("train_ratio", "eval_ratio", "holdout_days"):
        value = getattr(parameters, field)
        if value is not None and field not in used:
            yield ConfigWarning(
                severity=Severity.LOW,
                field=field,
                message=f"{value:g} is not used by split strategy {split.strategy.value}.",
                recommended=f"leave {field} empty",
            )
