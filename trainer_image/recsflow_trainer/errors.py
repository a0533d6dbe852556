"""What can go wrong in the trainer library.

RecsflowTrainerError
├── DeclarationError      a feature, layer, tower or model is declared wrongly, or does not fit its data
├── TrainingConfigError   the run's parameters are incomplete, unknown or out of range
├── GeneratedModuleError  a generated module is missing, or was changed after it was generated
├── ExportedRowsError     staged rows were not exported, or were changed after it
├── ExamplesError         the transformed examples are missing, empty or made by another feature set
├── ManifestError         a manifest of graphs, or a file that it names, cannot be trained on
└── OverfitCheckFailed    the model did not learn a few rows by heart

TrainingCancelled stands apart: like KeyboardInterrupt it is no error, and `except Exception` must not
stop it.
"""


class RecsflowTrainerError(Exception):
    """Base of every error that the library raises on purpose."""


class DeclarationError(RecsflowTrainerError, ValueError):
    """A declaration is wrong by itself or does not fit the rows; the message says where and what to do."""


class TrainingConfigError(RecsflowTrainerError, ValueError):
    """The run's parameters cannot be used; the message lists every problem with its remedy."""


class GeneratedModuleError(RecsflowTrainerError, ValueError):
    """A generated module is missing or was changed; the message names it and the remedy."""


class ExportedRowsError(RecsflowTrainerError, ValueError):
    """Exported rows are missing or were changed; the message names the file and the remedy."""


class ExamplesError(RecsflowTrainerError):
    """The transformed examples cannot be trained on; the message names the split and the remedy."""


class ManifestError(RecsflowTrainerError, ValueError):
    """A manifest of graphs cannot be trained on; the message names the file, the row and the remedy."""


class OverfitCheckFailed(RecsflowTrainerError):
    """The model did not learn a few rows by heart; the message has the red flags and where to look."""


class TrainingCancelled(BaseException):
    """The process was told to stop (SIGTERM) while it trained."""
