"""An experiment outside of Airflow, through the rooms that its tasks call, for the benchmarks to time."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from include import storage
from include.sql.renderer import render_staging_query
from include.warehouse.client import SPLITS
from include.warehouse.parquet_export import export_history, export_parquet, mark_exported

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse
    from local_cloud.machine import Machine
    from recsflow.handovers import ModulesHandover
    from recsflow.settings import CommandCompiler, Settings
    from recsflow.vertex.jobs import Job
    from recsflow.vertex.requests.pipeline import PipelineRequest

POLL_S = 0.2
END = datetime(2018, 1, 2, tzinfo=UTC)  # of the sample


@dataclass(frozen=True)
class Prepared:
    """All that a pipeline job is submitted with."""

    settings: Settings
    experiment: Experiment
    rows_uri: str
    modules: ModulesHandover
    history_uri: str | None = None

    def request(self) -> PipelineRequest:
        """Returns the request as the submit task makes it."""
        from recsflow.handovers import ExportedRows
        from recsflow.vertex.requests.pipeline import PipelineRequest

        rows = ExportedRows(rows_uri=self.rows_uri)
        if self.history_uri:
            rows["history_uri"] = self.history_uri
        return PipelineRequest.of(self.experiment, rows, self.modules, self.settings)


def use(machine: Machine) -> Settings:
    """Points this process's clients at the machine; returns the settings of its Airflow Variable.

    Compiles with a command, which a benchmark can wait for without Airflow.
    """
    from recsflow.settings import parse_settings

    own = machine.settings
    variable = json.dumps({**own.recsflow_variable(), "compiler": own.command_compiler()})
    os.environ.update({**own.environment(), "AIRFLOW_VAR_RECSFLOW": variable})
    return parse_settings(variable)


def prepare(
    settings: Settings, parameters: Mapping[str, Any], run_id: str, window_end: datetime = END
) -> Prepared:
    """Resolves, stages, exports and generates; returns what a submit needs."""
    from include.experiment.resolve.resolver import resolve, tables_to_look_up
    from recsflow.warehouse import open_warehouse

    warehouse = open_warehouse(settings)
    schemas = {table: warehouse.table_schema(table) for table in tables_to_look_up(parameters)}
    experiment = resolve(
        parameters,
        dag_id="benchmark",
        run_id=run_id,
        window_end=window_end,
        table_schemas=schemas,
    )
    rows_uri, history_uri = _stage(warehouse, experiment, settings)
    return Prepared(settings, experiment, rows_uri, _modules(experiment, settings), history_uri)


def _stage(warehouse: Warehouse, experiment: Experiment, settings: Settings) -> tuple[str, str | None]:
    query = render_staging_query(experiment, staging_dataset=f"{settings.project}.{settings.staging_dataset}")
    staged = warehouse.stage(query)
    rows_uri = export_parquet(warehouse, staged.table, settings.artifact_root)
    if not staged.history_rows:
        return rows_uri, None
    columns = experiment.history_columns
    return rows_uri, export_history(warehouse, staged.table, settings.artifact_root, columns)


def _modules(experiment: Experiment, settings: Settings) -> ModulesHandover:
    from recsflow.experiments.modules import module_texts, module_uri, module_uris

    texts = module_texts(experiment)
    for name, text in texts.items():
        storage.write_text(module_uri(name, text, settings.layout), text)
    return module_uris(texts, settings.layout)


def trim(rows_uri: str, rows: Mapping[str, int]) -> str:
    """Copies the first rows of each split to a folder beside theirs and returns its URI."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = f"{rows_uri}_trimmed"
    digests: dict[str, str] = {}
    for split in SPLITS:
        files = (f"{rows_uri}/{split}/{name}" for name in storage.list_names(f"{rows_uri}/{split}"))
        whole = pa.concat_tables(pq.read_table(pa.BufferReader(storage.read_bytes(file))) for file in files)
        kept = pa.BufferOutputStream()
        pq.write_table(whole.slice(0, rows[split]), kept)
        content = kept.getvalue().to_pybytes()
        storage.write_bytes(f"{target}/{split}/rows.parquet", content)
        digests[f"{split}/rows.parquet"] = hashlib.sha256(content).hexdigest()
    mark_exported(storage.artifact_path(target), {"trimmed": rows_uri}, digests)
    return target


def run_job(prepared: Prepared) -> tuple[Job, float]:
    """Submits the job and waits for it; returns it with the seconds from submit to end.

    Raises:
        RuntimeError: It did not succeed.
    """
    from recsflow.compilers.spec_cache import compiled_here
    from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook
    from recsflow.vertex.jobs import ENDED, JobState

    settings, request = prepared.settings, prepared.request()
    hook = PipelineJobsHook(
        gcp_conn_id=settings.gcp_conn_id, project=settings.project, location=settings.location
    )
    spec = compiled_here(request.topology, cast("CommandCompiler", settings.compiler), settings)
    job_id = request.experiment_id
    began = time.perf_counter()
    hook.submit(job_id, spec.text, request, settings)
    while (job := hook.read(job_id)).state not in ENDED:
        time.sleep(POLL_S)
    wall_s = time.perf_counter() - began
    if job.state is not JobState.SUCCEEDED:
        raise RuntimeError(f"job {job_id} {job.state}: {job.error} {[c.error for c in job.components]}")
    return job, wall_s


def wait_for_warm_host(machine: Machine) -> None:
    """Waits until the local cloud has TFX imported: a benchmark of the warm state starts there."""
    import urllib.request

    url = f"{machine.settings.url('vertex')}/healthz"
    while True:
        with urllib.request.urlopen(url, timeout=10) as answer:
            if json.load(answer)["component_host"] == "ready":
                return
        time.sleep(POLL_S)
