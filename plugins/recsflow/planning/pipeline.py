"""The pipeline that a run would submit, as far as it is known before the run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from include.plan.pipelines import Pipeline
from recsflow.experiments.modules import module_texts, module_uris
from recsflow.handovers import ExportedRows
from recsflow.vertex.requests.pipeline import runtime_parameters
from recsflow.vertex.requests.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from include.experiment.resolve.experiment import Experiment
    from include.plan.rows import RowsPlan
    from recsflow.settings import Settings


def planned_pipeline(
    experiment: Experiment, rows: RowsPlan | None, settings: Settings, *, spec: Mapping[str, Any] | None
) -> Pipeline:
    """Return the pipeline that a run would submit.

    Args:
        experiment: The resolved experiment.
        rows: What staging would do; None leaves out what depends on it.
        settings: Where everything is.
        spec: The compiled pipeline; None where it is not there.
    """
    topology, modules = Topology.of(experiment, settings), module_texts(experiment)
    uris = module_uris(modules, settings.layout)
    texts = {f"{name}_uri": text for name, text in modules.items()}
    if rows:
        texts["rows_uri"] = rows.query.document()
    staged = _staged(rows, settings) if rows else None
    return Pipeline(
        topology_key=topology.key,
        topology=asdict(topology),
        spec=spec,
        parameters=runtime_parameters(experiment, staged, uris, settings),
        texts=texts,
        written={"rows_uri": _written(rows)} if rows else {},
    )


def _staged(rows: RowsPlan, settings: Settings) -> ExportedRows:
    """Return what stage_dataset would."""
    return ExportedRows(rows_uri=settings.layout.rows(rows.query.table).uri)


def _written(rows: RowsPlan) -> datetime | None:
    """Return when the exported files were written, at the latest; None where the run writes them."""
    return rows.staged.created if rows.staged and rows.staged.exported else None
