"""What tasks hand on to each other: URIs and ids, as plain JSON between them and typed on both sides."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class ExportedRows(TypedDict):
    """Where rows are exported to.

    Attributes:
        rows_uri: A folder a split.
        history_uri: The rows that a sample leaves out, where it does.
    """

    rows_uri: str
    history_uri: NotRequired[str]


class RowsHandover(ExportedRows):
    """What stage_dataset leaves.

    Attributes:
        experiment: URI of the resolved experiment.
        table: The staged table, `project.dataset.table`.
    """

    experiment: str
    table: str


class ModulesHandover(TypedDict):
    """Where generate_modules keeps each module; rows that become graphs have no Transform."""

    trainer_module_uri: str
    transform_module_uri: NotRequired[str]


class TrainerInputs(TypedDict):
    """What the Trainer of a rerun reads.

    Attributes:
        examples: The transformed examples, or the graphs.
        transform_graph: Unless they are graphs.
        history_uri: The rows that a sample leaves out, where it does.
    """

    examples: str
    transform_graph: NotRequired[str]
    history_uri: NotRequired[str]


class RerunHandover(TrainerInputs):
    """What resolve_rerun leaves: the URI of the rerun's own experiment, and what its Trainer reads."""

    experiment: str


class JobHandover(TypedDict):
    """A submitted job.

    Attributes:
        metrics_uri: Where its container reports.
        image: Which image it runs.
        topology: Key of the compiled pipeline, where it is one.
    """

    job_id: str
    metrics_uri: str
    image: str
    topology: NotRequired[str]


class ScoringHandover(JobHandover):
    """The job that scores; the version of the champion is empty where there is none."""

    champion_version: str


class PushHandover(TypedDict):
    """A pushed model.

    Attributes:
        model_id: In the Model Registry.
        version: There.
        endpoint_id: Empty without an endpoint.
        job_id: The deployment; empty where there is nothing to wait for.
    """

    model_id: str
    version: str
    endpoint_id: str
    job_id: str


class TrialHandover(TypedDict):
    """A trial that is planned: the URI of its sweep's plan, and its number."""

    sweep: str
    number: int
