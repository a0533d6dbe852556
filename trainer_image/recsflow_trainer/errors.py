"""What can go wrong in the trainer library.

RecsflowTrainerError
└── DeclarationError   a feature, layer, tower or model is declared wrongly, or does not fit its data
"""


class RecsflowTrainerError(Exception):
    """Base of every error that the library raises on purpose."""


class DeclarationError(RecsflowTrainerError, ValueError):
    """A declaration is wrong by itself or does not fit the rows; the message says where and what to do."""
