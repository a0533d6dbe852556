"""One date: what the model, the baselines and the champion have on the same test rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from include.experiment.config.models import ModelType
from include.experiment.config.promotion_rule import PromotionRule
from include.metrics.baselines import BASELINES
from include.metrics.catalogue import metric as metric_record
from include.tracking.comparison import CHAMPION_SAW, CHAMPION_VERSION, OF_SAVED
from include.tracking.entries import HEADLINE
from include.tracking.metric_names import TEST, metric_name
from include.tracking.outcome import SUCCEEDED
from include.tracking.scores import CHAMPION
from include.tracking.search import ExperimentFilter, RecordedExperiment, find_experiments

MAX_RUNS = 1_000
_BY_TIME = {"time_holdout", "strict_time"}


@dataclass(frozen=True)
class BacktestRun:
    """A run, by the date that its rows end.

    Attributes:
        until: Exclusive end of the test rows.
        days: Length of the test period; None where it is no period.
        metric: What the numbers are, `recall@100`.
        model: The model's; None where the run did not come so far.
        baselines: Each baseline's.
        champion: The champion's; None where there was none.
        champion_version: Its version, or empty.
        champion_saw: Whether the champion was trained on some of these rows, so that it cannot be compared.
        state: The verdict, or how the run ended where it did not succeed.
        configs: Names of its dataset, feature and model config.
    """

    until: date
    days: int | None
    metric: str
    model: float | None
    baselines: Mapping[str, float]
    champion: float | None
    champion_version: str
    champion_saw: bool
    state: str
    experiment_id: str
    configs: str

    @property
    def best_baseline(self) -> float | None:
        """The best baseline's number; None without baselines."""
        return metric_record(self.metric).best(self.baselines.values())

    def beats(self, other: float | None) -> bool | None:
        """Whether the model is better than another number; None where one of them is missing."""
        if self.model is None or other is None:
            return None
        return metric_record(self.metric).is_better(self.model, other)


def find_backtest_runs(
    schedule: str, rule: PromotionRule, model_type: ModelType, *, tracking_uri: str, experiment_name: str
) -> tuple[BacktestRun, ...]:
    """Return the runs of a schedule in the order of their dates, the newest run of each date.

    They are compared by the rule's metric; where it names none, by the headline of the newest run that has
    one, so that all dates have the same.

    Args:
        schedule: The schedule's name.
        rule: The schedule's rule.
        model_type: The record of its models' type.
        tracking_uri: The MLflow server.
        experiment_name: The MLflow experiment.
    """
    found = find_experiments(
        ExperimentFilter(schedule=schedule),
        tracking_uri=tracking_uri,
        experiment_name=experiment_name,
        limit=MAX_RUNS,
    )
    return backtest_runs(found, compared_by(rule, model_type, found))


def compared_by(rule: PromotionRule, model_type: ModelType, recorded: Iterable[RecordedExperiment]) -> str:
    """Return the metric that all dates are compared by, from recorded runs, the newest first."""
    headline = next((each.tags[HEADLINE] for each in recorded if HEADLINE in each.tags), None)
    return rule.metric_for(model_type, headline)


def backtest_runs(recorded: Iterable[RecordedExperiment], metric: str) -> tuple[BacktestRun, ...]:
    """Return recorded runs, the newest first, in the order of their dates; of each date the newest."""
    by_date: dict[date, BacktestRun] = {}
    for each in recorded:
        run = _read(each, metric)
        by_date.setdefault(run.until, run)
    return tuple(by_date[until] for until in sorted(by_date))


def _read(run: RecordedExperiment, metric: str) -> BacktestRun:
    named = {baseline: run.metrics.get(metric_name(metric, baseline)) for baseline in BASELINES}
    days = run.params.get("holdout_days")
    return BacktestRun(
        until=datetime.fromisoformat(run.params["window_end"]).date(),
        days=int(days) if days and run.params.get("split_strategy") in _BY_TIME else None,
        metric=metric,
        model=run.metrics.get(metric_name(metric, TEST)),
        baselines={baseline: value for baseline, value in named.items() if value is not None},
        champion=run.metrics.get(metric_name(metric, OF_SAVED[CHAMPION])),
        champion_version=run.tags.get(CHAMPION_VERSION, ""),
        champion_saw=run.tags.get(CHAMPION_SAW) == "true",
        state=run.verdict if run.status == SUCCEEDED else run.status,
        experiment_id=run.experiment_id,
        configs=f"{run.dataset} / {run.features} / {run.model}",
    )
