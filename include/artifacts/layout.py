"""Everything below an artifact root, by its place."""

from __future__ import annotations

from dataclasses import dataclass

from include.artifacts.artifact import Artifact
from include.artifacts.by_content import CompiledPipeline, ModuleFolder, RowsFolder
from include.artifacts.experiment import ExperimentCard, ExperimentFolder
from include.artifacts.pipeline import PipelineArtifacts
from include.artifacts.report import BacktestReport, DoctorsProbe
from include.artifacts.run_number import RunNumber
from include.artifacts.sweep import KeptWinner, SweepFolder

KINDS: tuple[type[Artifact], ...] = (
    ExperimentFolder,
    ExperimentCard,
    RowsFolder,
    ModuleFolder,
    CompiledPipeline,
    SweepFolder,
    KeptWinner,
    BacktestReport,
    RunNumber,
    DoctorsProbe,
    PipelineArtifacts,
)


@dataclass(frozen=True)
class ArtifactLayout:
    """Where things are kept below an artifact root.

    Attributes:
        root: `file:///folder` or `gs://bucket/prefix`, without a slash at its end.
    """

    root: str

    def experiment(self, experiment_id: str) -> ExperimentFolder:
        """Return an experiment's folder."""
        return ExperimentFolder(self.root, experiment_id)

    def card(self, experiment_id: str) -> ExperimentCard:
        """Return an experiment's card."""
        return ExperimentCard(self.root, experiment_id)

    def rows(self, table: str) -> RowsFolder:
        """Return the exported rows of a staged table, named with or without its dataset."""
        return RowsFolder(self.root, table.rpartition(".")[2])

    def module(self, content_hash: str) -> ModuleFolder:
        """Return the folder of a generated module, by the hash of its text."""
        return ModuleFolder(self.root, content_hash)

    def compiled(self, key: str) -> CompiledPipeline:
        """Return a compiled pipeline, by the key of its topology."""
        return CompiledPipeline(self.root, key)

    def sweep(self, sweep_id: str) -> SweepFolder:
        """Return a sweep's folder."""
        return SweepFolder(self.root, sweep_id)

    def winner(self, sweep: str) -> KeptWinner:
        """Return where the newest winner of a sweep config is kept."""
        return KeptWinner(self.root, sweep)

    def backtest_report(self, schedule: str) -> BacktestReport:
        """Return the report of a schedule's runs by date."""
        return BacktestReport(self.root, schedule)

    def run_number(self, dag_id: str, number: int) -> RunNumber:
        """Return the number of a run of a DAG."""
        return RunNumber(self.root, dag_id, str(number))

    def numbers(self, dag_id: str) -> str:
        """Return the folder of the numbers of a DAG's runs."""
        return f"{self.root}/{RunNumber.pattern.folder}/{dag_id}"

    def doctors_probe(self, probe_id: str) -> DoctorsProbe:
        """Return a file of the doctor's."""
        return DoctorsProbe(self.root, probe_id)

    @property
    def experiments(self) -> str:
        """The folder of all experiments' folders."""
        return f"{self.root}/{ExperimentFolder.pattern.folder}"

    @property
    def cards(self) -> str:
        """The folder of all cards."""
        return f"{self.root}/{ExperimentCard.pattern.folder}"

    @property
    def sweeps(self) -> str:
        """The folder of all sweeps' folders."""
        return f"{self.root}/{SweepFolder.pattern.folder}"

    @property
    def pipeline_root(self) -> str:
        """Where TFX keeps its artifacts."""
        return f"{self.root}/{PipelineArtifacts.pattern.folder}"

    def parse(self, path: str) -> Artifact | None:
        """Return the artifact that a path below the root belongs to; None for what no run of ours makes."""
        found = (kind.parse(self.root, path) for kind in KINDS)
        return next((artifact for artifact in found if artifact is not None), None)
