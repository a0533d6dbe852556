"""Errors of data quality.

QualityError
└── ExpectationError  an expectation of the dataset config that Great Expectations does not know or take
"""

from include.errors import RecsflowError


class QualityError(RecsflowError):
    """Base of every error of data quality; rows that fail a check are a report, not an error."""


class ExpectationError(QualityError):
    """An expectation of the dataset config that Great Expectations does not know or take."""
