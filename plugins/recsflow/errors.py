"""Errors of the Airflow side.

RecsflowTaskError                something outside failed; a retry may help
├── CompileError                 the pipeline could not be compiled
├── VertexUnavailable            Vertex AI did not answer, or not in time
├── EndpointBusy                 another model is being deployed to the endpoint
├── ImageRegistryUnavailable     Artifact Registry did not answer
├── PermissionsUnknown           IAM does not tell what the connection's account may do
├── QuotasUnknown                nobody tells how much of its quotas the project has left
└── JobStateUnknown              the state of a job could not be read for too long
PermanentTaskError               a retry would fail the same way, so Airflow does not try
├── SettingsError                the Airflow Variable `recsflow` is missing or wrong
├── InvalidExperiment            the run's configuration cannot be used, or leaves a split empty
├── QualityCheckFailed           the staged rows broke a critical expectation
├── ModelGone                    a model, or the rows it is scored on, are not there any more
├── ChampionChanged              another run's model became champion in the meantime
├── SweepStopped                 the first trials of a sweep all failed, so the rest are not tried
├── SweepFailed                  no trial of a sweep has a model; its record is complete
├── CompileRefused               Cloud Build does not take the build as it is
├── CompileCancelled             somebody cancelled the build that compiles the pipeline
├── ImageRefused                 Artifact Registry does not show the trainer image
├── JobRefused                   Vertex AI does not take the job, or another request, as it is
├── Unfit                        what every run needs is not as it should be
├── InvalidRetention             the retention of a clean-up cannot be used
├── CleanUpIncomplete            something could not be removed; the rest is
├── ExperimentFailed             an earlier task failed; its record is complete
└── JobError                     the job ended without success
    ├── JobFailed                a component failed; names it and carries its own error
    ├── JobCancelled             somebody or something cancelled the job
    └── JobTimeout               the job ran past its deadline and was cancelled
"""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowFailException


class RecsflowTaskError(AirflowException):
    """Something outside failed; a retry may help."""


class CompileError(RecsflowTaskError):
    """The pipeline could not be compiled."""


class VertexUnavailable(RecsflowTaskError):
    """Vertex AI did not answer, or not in time."""


class EndpointBusy(RecsflowTaskError):
    """Another model is being deployed to the endpoint."""


class ImageRegistryUnavailable(RecsflowTaskError):
    """Artifact Registry did not answer."""


class PermissionsUnknown(RecsflowTaskError):
    """IAM does not tell what the connection's account may do."""


class QuotasUnknown(RecsflowTaskError):
    """Nobody tells how much of its quotas the project has left."""


class JobStateUnknown(RecsflowTaskError):
    """The state of a job could not be read for too long."""


class PermanentTaskError(AirflowFailException):
    """A retry would fail the same way, so Airflow does not try."""


class SettingsError(PermanentTaskError):
    """The Airflow Variable `recsflow` is missing or wrong."""


class Unfit(PermanentTaskError):
    """What every run needs is not as it should be; lists it."""


class InvalidExperiment(PermanentTaskError):
    """The run's configuration cannot be used; lists every problem."""


class QualityCheckFailed(PermanentTaskError):
    """The staged rows broke a critical expectation."""


class ModelGone(PermanentTaskError):
    """A model, or the rows that it is scored on, are not there any more."""


class ChampionChanged(PermanentTaskError):
    """Another run's model became champion after this one's had been compared with the one before."""


class SweepStopped(PermanentTaskError):
    """The first trials of a sweep all failed, so the rest are not tried."""


class SweepFailed(PermanentTaskError):
    """No trial of a sweep has a model; its record is complete."""


class CompileRefused(PermanentTaskError):
    """Cloud Build does not take the build as it is; carries its own words."""


class CompileCancelled(PermanentTaskError):
    """Somebody cancelled the build that compiles the pipeline."""


class ImageRefused(PermanentTaskError):
    """Artifact Registry does not show the trainer image."""


class JobRefused(PermanentTaskError):
    """Vertex AI does not take the job as it is; carries its own words."""


class InvalidRetention(PermanentTaskError):
    """The retention of a clean-up is no whole number of days, or less than one."""


class CleanUpIncomplete(PermanentTaskError):
    """Something could not be removed; lists it. The rest is removed, and the next clean-up tries again."""


class ExperimentFailed(PermanentTaskError):
    """An earlier task failed; its record is complete."""


class JobError(PermanentTaskError):
    """The job ended without success."""


class JobFailed(JobError):
    """A component failed; the message names it and carries its own error."""


class JobCancelled(JobError):
    """Somebody or something cancelled the job."""


class JobTimeout(JobError):
    """The job ran past its deadline and was cancelled."""
