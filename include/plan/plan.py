"""The plan of a run: everything that is known before it costs anything."""

from __future__ import annotations

from dataclasses import dataclass

from include.experiment.config.push_config import PushConfig
from include.experiment.resolve.experiment import Experiment
from include.plan.cache_hits import Prediction
from include.plan.cost import Prices, Usage
from include.plan.differences import Difference
from include.plan.pipelines import Pipeline, parameter_differences, topology_differences
from include.plan.rows import RowsPlan


@dataclass(frozen=True)
class KeptFile:
    """A file that is named by a hash of what determines it.

    Attributes:
        name: What it is.
        key: The hash.
        there: Whether an earlier run made it; None where that was not asked.
    """

    name: str
    key: str
    there: bool | None


@dataclass(frozen=True)
class Plan:
    """What a run would do.

    Attributes:
        experiment: The run; without staged columns where the warehouse was not asked for types.
        column_names: The staged columns.
        rows: What staging would do; None where the warehouse was not asked, or did not answer.
        modules: The modules that the pipeline runs.
        spec: The compiled pipeline.
        pipeline: The pipeline with its parameters.
        prediction: Which components run; None where earlier runs could not be asked for.
        usage: What a bound on cost is made of.
        prices: None where nobody has given any.
        push: Where the model is served should it become champion; None where nobody has said.
        unknown: What could not be found out, and why, as sentences.
    """

    experiment: Experiment
    column_names: tuple[str, ...]
    rows: RowsPlan | None
    modules: tuple[KeptFile, ...]
    spec: KeptFile
    pipeline: Pipeline
    prediction: Prediction | None
    usage: Usage
    prices: Prices | None
    push: PushConfig | None = None
    unknown: tuple[str, ...] = ()

    @property
    def differences(self) -> list[Difference]:
        """Where the pipeline's parameters differ from those of its last run; nothing where there was none."""
        last = self.prediction.last if self.prediction else None
        if last is None:
            return []
        old, new = last.pipeline, self.pipeline
        found = []
        if old.topology_key != new.topology_key:
            found.append(Difference("topology", old.topology_key or "not recorded", new.topology_key or ""))
            found += topology_differences(old, new)
        for name in sorted(new.parameters):
            found += parameter_differences(name, old, new)
        return found
