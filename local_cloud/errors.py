"""Errors of the local cloud.

LocalCloudError
├── ServiceError      a server did not start, stop or answer
├── LoadError         tables of one's own could not be loaded
└── SampleError       the sample data could not be loaded
"""


class LocalCloudError(Exception):
    """Base of all errors that the local cloud raises on purpose; the text is for the user."""


class ServiceError(LocalCloudError):
    """A server did not start, stop or answer."""


class LoadError(LocalCloudError):
    """Tables of one's own could not be loaded; the message names the file and the remedy."""


class SampleError(LocalCloudError):
    """The sample data could not be loaded."""
