"""Errors of the Airflow side.

RecsflowTaskError                something outside failed; a retry may help
├── CompileError                 the pipeline could not be compiled
├── PipelinesUnavailable         the pipeline service did not answer
└── JobStateUnknown              the state of a pipeline job could not be read for too long
PermanentTaskError               a retry would fail the same way, so Airflow does not try
├── SettingsError                the Airflow Variable `recsflow` is missing or wrong
├── InvalidExperiment            the run's configuration cannot be used, or leaves a split empty
├── QualityCheckFailed           the staged rows broke a critical expectation
├── JobRefused                   the pipeline service does not take the job as it is
├── ExperimentFailed             an earlier task failed; its record is complete
└── PipelineJobError             the pipeline job ended without success
    ├── PipelineJobFailed        a component failed; names it and carries its own error
    ├── PipelineJobCancelled     somebody or something cancelled the job
    └── PipelineJobTimeout       the job ran past its deadline and was cancelled
"""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from recsflow.jobs import Ending, JobEvent


class RecsflowTaskError(AirflowException):
    """Something outside failed; a retry may help."""


class CompileError(RecsflowTaskError):
    """The pipeline could not be compiled."""


class PipelinesUnavailable(RecsflowTaskError):
    """The pipeline service did not answer."""


class JobStateUnknown(RecsflowTaskError):
    """The state of a pipeline job could not be read for too long."""


class PermanentTaskError(AirflowFailException):
    """A retry would fail the same way, so Airflow does not try."""


class SettingsError(PermanentTaskError):
    """The Airflow Variable `recsflow` is missing or wrong."""


class InvalidExperiment(PermanentTaskError):
    """The run's configuration cannot be used; lists every problem."""


class QualityCheckFailed(PermanentTaskError):
    """The staged rows broke a critical expectation."""


class JobRefused(PermanentTaskError):
    """The pipeline service does not take the job as it is; carries its own words."""


class ExperimentFailed(PermanentTaskError):
    """An earlier task failed; its record is complete."""


class PipelineJobError(PermanentTaskError):
    """The pipeline job ended without success."""


class PipelineJobFailed(PipelineJobError):
    """A component failed; the message names it and carries its own error."""


class PipelineJobCancelled(PipelineJobError):
    """Somebody or something cancelled the job."""


class PipelineJobTimeout(PipelineJobError):
    """The job ran past its deadline and was cancelled."""


def error_of(event: JobEvent, link: str) -> AirflowException:
    """Return the error for a job that did not succeed, with the page that has its logs."""
    kinds: dict[Ending, type[AirflowException]] = {
        Ending.FAILED: PipelineJobFailed,
        Ending.CANCELLED: PipelineJobCancelled,
        Ending.TIMED_OUT: PipelineJobTimeout,
        Ending.UNKNOWN: JobStateUnknown,
    }
    remedies = {
        Ending.FAILED: "Repair the cause, then clear submit_pipeline and what follows it.",
        Ending.CANCELLED: "Clear submit_pipeline and what follows it to submit it anew.",
        Ending.TIMED_OUT: "It was cancelled; give wait_for_pipeline more time, then clear submit_pipeline.",
        Ending.UNKNOWN: "The job itself was left alone; clear this task to look again.",
    }
    return kinds[event.status](f"{event.message}\n{remedies[event.status]} Job and logs: {link}")
