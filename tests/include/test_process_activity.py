import os
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from include.process_activity import Activity, ProcessStalled, wait_until

pytestmark = pytest.mark.unit

SPIN = "while True: pass"
SPIN_IN_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPIN!r}])"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def running(*argv):
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def used_cpu_s(pid):
    process = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:2]) for each in [process, *process.children(recursive=True)])


def test_process_that_does_nothing_is_idle_for_as_long_as_it_is_looked_at():
    clock = Clock()
    with running("sleep", "600") as process:
        activity = Activity(process.pid, clock=clock)
        for now, idle in [(4, 4), (8, 8), (18, 18)]:
            clock.now = now
            assert activity.look() == idle


@pytest.mark.parametrize("program", [SPIN, SPIN_IN_A_CHILD])
def test_cpu_that_it_or_its_children_use_is_progress(program):
    clock = Clock()
    with running(sys.executable, "-c", program) as process:
        activity = Activity(process.pid, clock=clock)
        before = activity.cpu_s
        while used_cpu_s(process.pid) < before + 0.3:
            time.sleep(0.05)
        clock.now = 10
        assert activity.look() == 0


def test_log_that_grows_is_progress(tmp_path):
    clock, log = Clock(), tmp_path / "server.log"
    with running("sleep", "600") as process:
        activity = Activity(process.pid, logs=[log], clock=clock)
        clock.now = 5
        assert activity.look() == 5
        log.write_text("loading\n")
        clock.now = 10
        assert activity.look() == 0


def test_says_for_how_long_nothing_was_done():
    clock = Clock()
    with running("sleep", "600") as process:
        activity = Activity(process.pid, clock=clock)
        for clock.now in (10, 20):
            activity.look()
        assert str(activity) == "has done nothing for 20 s"


def test_pause_of_the_watcher_itself_is_no_idleness():
    clock = Clock()
    with running("sleep", "600") as process:
        activity = Activity(process.pid, clock=clock)
        clock.now = 3600
        assert activity.look() == 10


def test_waits_past_the_limit_for_a_process_that_gets_on_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr("include.process_activity.REPORT_EVERY_S", 0)
    program = "import sys, time\nfor _ in range(20): print('.', flush=True); time.sleep(0.1)\n"
    program += "open(sys.argv[1], 'w')"
    done, log, said = tmp_path / "done", tmp_path / "log", []
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", program, str(done)], stdout=output)
    wait_until(
        done.exists,
        Activity(process.pid, logs=[log]),
        what="loading is not done",
        say=said.append,
        idle_limit_s=1.5,
    )
    process.wait()
    assert said[0].startswith("loading is not done after 0 s; its process gets on, ")


def test_process_that_hangs_is_given_up_with_a_sentence():
    with (
        running("sleep", "600") as process,
        pytest.raises(ProcessStalled, match="port 1 does not answer: its process has used no CPU"),
    ):
        wait_until(lambda: False, Activity(process.pid), what="port 1 does not answer", idle_limit_s=0.3)


def test_process_that_ended_is_given_up_at_once():
    process = subprocess.Popen(["true"])
    activity = Activity(process.pid)
    process.wait()
    with pytest.raises(ProcessStalled, match="port 1 does not answer: its process has ended"):
        wait_until(lambda: False, activity, what="port 1 does not answer")


def test_process_whose_first_thread_ends_before_the_others_is_waited_for():
    exit_of_a_thread = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
    program = (
        "import ctypes, os, threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(2), os._exit(7))).start()\n"
        f"ctypes.CDLL(None).syscall({exit_of_a_thread}, 0)"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    wait_until(lambda: process.poll() is not None, Activity(process.pid), what="program is not done")
    assert process.returncode == 7
