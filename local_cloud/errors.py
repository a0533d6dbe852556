"""Errors of the local cloud.

LocalCloudError
├── ServiceError      a server did not start, stop or answer
└── SampleError       the sample data could not be loaded
"""


class LocalCloudError(Exception):
    """Base of all errors that the local cloud raises on purpose; the text is for the user."""


class ServiceError(LocalCloudError):
    """A server did not start, stop or answer."""


class SampleError(LocalCloudError):
    """The sample data could not be loaded."""
