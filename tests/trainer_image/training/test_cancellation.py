import os
import signal
import time
from collections.abc import Callable

import pytest

from recsflow_trainer.errors import TrainingCancelled
from recsflow_trainer.training.cancellation import cancel_on_sigterm


class TerminatedInAFinalizer:
    """Gets the signal where Python drops whatever its handler raises."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def signals():
    """Puts the process's handlers back."""
    previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGALRM)}
    yield
    for number, handler in previous.items():
        signal.signal(number, handler)


def job(terminated: Callable[[], object], steps: list[str]) -> None:
    """Is told to stop at its first step, and has a long one after it."""
    with cancel_on_sigterm():
        terminated()
        steps.append("after the signal")
        time.sleep(30)
        steps.append("the long one")


# Python says so of what it drops, which is what the test is about.
@pytest.mark.filterwarnings("ignore:.*TerminatedInAFinalizer:pytest.PytestUnraisableExceptionWarning")
def test_a_cancellation_that_a_finalizer_swallowed_comes_again():
    steps: list[str] = []
    with pytest.raises(TrainingCancelled):
        job(TerminatedInAFinalizer, steps)
    assert steps == ["after the signal"]


def test_after_the_block_nothing_is_raised_any_more():
    with pytest.raises(TrainingCancelled):
        job(lambda: os.kill(os.getpid(), signal.SIGTERM), [])
    os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_block_that_ends_by_itself_leaves_the_signals_as_they_were():
    before = signal.getsignal(signal.SIGTERM)
    with cancel_on_sigterm():
        pass
    assert signal.getsignal(signal.SIGTERM) is before
