import pytest

from local_cloud.vertex.component_log import error_lines

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


def test_last_exception_comes_first_then_where_it_was_raised(tmp_path):
    log = tmp_path / "Trainer.log"
    log.write_text(LOG)
    assert error_lines(log).splitlines() == [
        "ValueError: loss is NaN at step 3;",
        "lower the learning rate",
        "Traceback (most recent call last):",
        '  File "module.py", line 5, in run_fn',
        "    raise ValueError(text)",
    ]


def test_log_without_traceback_gives_its_last_lines(tmp_path):
    log = tmp_path / "Trainer.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    assert error_lines(log).splitlines()[-1] == "line 99"
    assert len(error_lines(log).splitlines()) == 30


def test_missing_log_gives_nothing(tmp_path):
    assert error_lines(tmp_path / "none.log") == ""
