"""The XComs that a run's note is made from; a run that has none of them is none of ours."""

import re

TITLE_KEY = "recsflow_title"
ERROR_KEY = "recsflow_error"
DECISION_KEY = "recsflow_promotion"
WARNINGS_KEY = "recsflow_warnings"
NOTED_KEYS = (TITLE_KEY, ERROR_KEY, DECISION_KEY, WARNINGS_KEY)
# Where a configuration has one problem, its sentence says all.
LIST_OF_ONE = re.compile(r"\A1 problem[^\n]*:\n\s*- ")
WITHOUT_A_WORD = (
    "its process ended without a word, as one does that is killed, by a machine out of memory for example; "
    "the end of its log is all that is known. Clear it to try again."
)
