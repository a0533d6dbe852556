"""How a run samples and splits its rows, from the dataset's defaults and the run's choices."""

from collections.abc import Callable

from include.errors import ConfigError, Problem
from include.experiment.config.choices import SampleUnit, SplitStrategy
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.config.models import ModelConfig
from include.experiment.config.run_parameters import RUN_PARAMETERS, RunParameters
from include.experiment.resolve.experiment import SplitPlan

# How many times holdout_days stands at the end of the window: for test, and for eval.
_HOLDOUTS = {SplitStrategy.TIME_HOLDOUT: 1, SplitStrategy.STRICT_TIME: 2}


def split_plan(dataset: DatasetConfig, run: RunParameters, model: ModelConfig) -> SplitPlan:
    """Return how rows are sampled and split; raise ConfigError where no rows would be left for a split.

    For a model of graphs whole customers are sampled, whatever the run says: a visit is nothing without its
    rows, nor a history without its visits.
    """
    strategy = run.split_strategy or dataset.split.strategy
    train = run.train_ratio or dataset.split.train_ratio
    eval_ratios: dict[SplitStrategy, Callable[[], float]] = {
        SplitStrategy.RANDOM: lambda: (1 - train) / 2,
        SplitStrategy.CUSTOM: lambda: _custom_eval_ratio(dataset, run, train),
    }
    plan = SplitPlan(
        strategy=strategy,
        train_ratio=train,
        # Rounded, so that 1 - 0.9 is written as 0.1.
        eval_ratio=round(eval_ratios.get(strategy, lambda: 1 - train)(), 6),
        holdout_days=run.holdout_days or dataset.split.holdout_days,
        sample_percent=run.sample_percent.value,
        sample_unit=SampleUnit.CUSTOMER if model.kind.reads_graphs else run.sample_unit,
    )
    _check_window(dataset, run, plan)
    return plan


def _custom_eval_ratio(dataset: DatasetConfig, run: RunParameters, train: float) -> float:
    ratio = dataset.split.eval_ratio if run.eval_ratio is None else run.eval_ratio
    if ratio is None:
        remedy = "give it for split strategy custom, 0 for train and test alone, and leave a share for test"
        raise ConfigError([Problem(RUN_PARAMETERS, "eval_ratio", "is missing", remedy)])
    if train + ratio >= 1 - 1e-6:
        received = f"is {ratio:g} beside train_ratio {train:g}, which leaves no test rows"
        remedy = "use ratios that together are less than 1"
        raise ConfigError([Problem(RUN_PARAMETERS, "eval_ratio", received, remedy)])
    return ratio


def _check_window(dataset: DatasetConfig, run: RunParameters, plan: SplitPlan) -> None:
    needed = _HOLDOUTS.get(plan.strategy, 0) * plan.holdout_days
    if dataset.history_days is None or needed < dataset.history_days:
        return
    received = f"is {plan.holdout_days}, but history_days is {dataset.history_days}"
    held_out = "eval and test" if plan.strategy is SplitStrategy.STRICT_TIME else "test"
    remedy = f"leave days for train before the {needed} days of {held_out}"
    where, field = holdout_field(dataset, run)
    raise ConfigError([Problem(where, field, received, remedy)])


def holdout_field(dataset: DatasetConfig, run: RunParameters) -> tuple[str, str]:
    """Return the file and the field that the length of the holdout came from."""
    if run.holdout_days is not None:
        return RUN_PARAMETERS, "holdout_days"
    return f"datasets/{dataset.name}.yaml", "split.holdout_days"
