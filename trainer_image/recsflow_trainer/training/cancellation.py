"""SIGTERM as an exception, so that a cancelled job still writes its metrics."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from recsflow_trainer.errors import TrainingCancelled

REMINDER_S = 1.0


@contextmanager
def cancel_on_sigterm() -> Iterator[None]:
    """Raises TrainingCancelled in the main thread when the process gets SIGTERM inside the block.

    Python drops what a signal handler raises while a finalizer or a callback of native code runs, and the
    job would go on; so it is raised again each `REMINDER_S` seconds, by SIGALRM, until the block is left. A
    second SIGTERM is ignored until the process ends, so that it cannot cut the last write short. Outside the
    main thread, where Python allows no handlers, the block runs as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def cancel(signum: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, cancel)
        signal.setitimer(signal.ITIMER_REAL, REMINDER_S)
        raise TrainingCancelled("cancelled: the process got SIGTERM")

    previous = signal.signal(signal.SIGTERM, cancel)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is cancel:
            signal.signal(signal.SIGTERM, previous)
        elif signal.getsignal(signal.SIGALRM) is cancel:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
