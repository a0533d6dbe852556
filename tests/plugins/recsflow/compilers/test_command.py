import multiprocessing
import os
import signal
import sys
import time

import psutil
import pytest

from recsflow.compilers.command import compile_with_command
from recsflow.errors import CompileError
from recsflow.settings import CommandCompiler
from recsflow.vertex.requests.topology import Topology
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.unit

TOPOLOGY = Topology(
    pipeline_name="shop-basic",
    trainer_image="local/recsflow-trainer:1",
    project="local",
    location="us-central1",
    trainer_input="examples",
    accelerator="cpu",
    beam_args=(),
)
# Called as the trainer's compiler is: --topology FILE --output FILE.
WRITE_SPEC = "import sys; open(sys.argv[4], 'w').write('spec')"
HANG = "import subprocess, sys; print('importing', flush=True); subprocess.run(['sleep', '600'])"


def compiler(program, **options):
    return CommandCompiler(kind="command", argv=(sys.executable, "-c", program), **options)


def test_returns_what_the_command_writes():
    assert compile_with_command(TOPOLOGY, compiler(WRITE_SPEC)) == "spec"


def test_command_that_gets_on_may_take_longer_than_an_idle_one(monkeypatch):
    monkeypatch.setattr("include.process_activity.IDLE_LIMIT_S", 1.0)
    slow = "import time\nwhile time.process_time() < 2.5: pass\n"
    assert compile_with_command(TOPOLOGY, compiler(slow + WRITE_SPEC)) == "spec"


def test_command_that_hangs_is_ended_with_its_last_lines(monkeypatch):
    monkeypatch.setattr("include.process_activity.IDLE_LIMIT_S", 1.0)
    with pytest.raises(CompileError, match=r"is not done: its process has used no CPU .*\n?.*importing"):
        compile_with_command(TOPOLOGY, compiler(HANG))


def test_own_limit_is_kept():
    with pytest.raises(CompileError, match=r"took over 0 s; raise compiler\.timeout_s, or leave it out"):
        compile_with_command(TOPOLOGY, compiler(HANG, timeout_s=0.2))


def test_failure_carries_the_last_lines():
    with pytest.raises(CompileError, match=r"(?s)ended with status 1:\n.*KeyError: 'tfx'") as raised:
        compile_with_command(TOPOLOGY, compiler("{}['tfx']"))
    assert "Traceback" in str(raised.value)


def test_command_that_is_not_there_is_named():
    with pytest.raises(CompileError, match=r"compiler\.argv: '/nowhere/python' is not started: No such file"):
        compile_with_command(TOPOLOGY, CommandCompiler(kind="command", argv=("/nowhere/python",)))


# Of the fork: a task's process is one, and other tests leave threads of gRPC behind.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_interrupted_task_leaves_no_compiler_behind(tmp_path):
    program = f"import os; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); {HANG}"

    def task():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        compile_with_command(TOPOLOGY, compiler(program))

    process = multiprocessing.get_context("fork").Process(target=task)
    process.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert process.is_alive()
        time.sleep(0.05)
    running = psutil.Process(int((tmp_path / "pid").read_text()))
    while not running.children():
        time.sleep(0.05)
    started = [running, *running.children()]
    os.kill(process.pid, signal.SIGINT)
    process.join()
    assert psutil.wait_procs(started, timeout=PATIENCE_S)[1] == []
