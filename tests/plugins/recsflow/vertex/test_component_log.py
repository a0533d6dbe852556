import pytest

from recsflow.vertex.component_log import has_exception, last_error

pytestmark = pytest.mark.unit

LOG = """\
I1121 01:02:03.000000 1 executor.py:186] Training model.
Traceback (most recent call last):
  File "first.py", line 1, in first
    first()
KeyError: 'not the last one'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "module.py", line 5, in run_fn
    raise ValueError(text)
ValueError: loss is NaN at step 3;
lower the learning rate
"""


def test_last_exception_comes_first_then_where_it_was_raised():
    assert last_error(LOG.splitlines()).splitlines() == [
        "ValueError: loss is NaN at step 3;",
        "lower the learning rate",
        "Traceback (most recent call last):",
        '  File "module.py", line 5, in run_fn',
        "    raise ValueError(text)",
    ]


def test_log_without_traceback_gives_its_last_lines():
    lines = last_error([f"line {number}" for number in range(100)]).splitlines()
    assert (lines[-1], len(lines)) == ("line 99", 30)


def test_a_traceback_whose_exception_has_not_arrived_yet_is_no_end():
    lines = LOG.splitlines()
    assert has_exception(lines)
    assert not has_exception(lines[:-2])
    assert not has_exception(lines[:1])
