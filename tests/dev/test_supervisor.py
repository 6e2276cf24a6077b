import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from config.dev import processes
from config.dev import supervisor as module
from config.dev.processes import wait_until
from config.dev.programs import ROOT
from config.dev.supervisor import Failure, Stopped
from tests.chaos.copies import hear_interrupts

CONTRACT = module.RESTART_DELAYS, module.DEATHS_ALLOWED, module.DEATHS_WINDOW
FOREVER = "import time; print('up'); time.sleep(600)"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(module, "RESTART_DELAYS", (0.05, 0.1, 0.2))
    monkeypatch.setattr(module, "TICK", 0.02)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def watch_until(supervisor, condition):
    """Lets the supervisor watch until the condition holds."""
    assert wait_until(lambda: supervisor.tick(supervisor.children.values()) or condition(), 10)


def test_a_program_that_dies_is_named_with_its_last_lines_and_started_again(supervisor, toy, said):
    supervisor.start(toy(FOREVER))
    supervisor.wait_ready(10)
    first = supervisor.children["toy"].process.pid
    watch_until(supervisor, lambda: "toy: up" in said)
    os.kill(first, signal.SIGKILL)
    watch_until(supervisor, lambda: supervisor.children["toy"].process.pid != first)
    assert any("toy was ended by SIGKILL. Its last lines:\n    up" in line for line in said)


def test_restarts_wait_longer_each_time_and_the_fifth_death_in_a_minute_ends_everything(supervisor, toy, said):
    supervisor.start(toy("import time; time.sleep(0.1); raise SystemExit('tired')"))
    supervisor.wait_ready(10)
    with pytest.raises(Failure, match="died 5 times in a minute"):
        supervisor.watch()
    assert len([line for line in said if "started again" in line]) == 4


def test_the_contract_says_how_long_restarts_wait():
    assert CONTRACT == ((1.0, 2.0, 4.0), 5, 60.0)


def test_a_program_that_dies_before_it_was_ready_ends_everything(supervisor, toy):
    supervisor.start(toy("print('no database'); raise SystemExit(3)", is_ready=lambda: False))
    with pytest.raises(Failure, match=r"toy ended with exit code 3. Its last lines:\n    no database\nIt was never"):
        supervisor.wait_ready(10)


def test_a_program_that_never_gets_ready_is_named(supervisor, toy):
    supervisor.start(toy(FOREVER, is_ready=lambda: False))
    with pytest.raises(Failure, match="not ready after 0 s: toy"):
        supervisor.wait_ready(0.2)


def test_ctrl_c_stops_in_the_given_order_and_leaves_no_process(supervisor, toy, tmp_path):
    note = (
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: (print('bye', time.time()), sys.exit()))\n"
    )
    for name in ("first", "second"):
        supervisor.start(toy(note + FOREVER, name=name))
    pids = [child.process.pid for child in supervisor.children.values()]
    wait_until(lambda: all("up" in (tmp_path / f"logs/{name}.log").read_text() for name in ("first", "second")), 10)
    with supervisor.obeying_signals():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Stopped):
            supervisor.watch()
    supervisor.stop_all(["second", "first"])
    times = {
        name: float(re.search(r"bye (\S+)", (tmp_path / f"logs/{name}.log").read_text())[1])
        for name in ("first", "second")
    }
    assert times["second"] < times["first"]
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not list((tmp_path / "pids").iterdir())


def test_a_stop_asked_while_a_single_run_is_on_ends_that_run(supervisor, toy):
    with supervisor.obeying_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.run_once(toy(FOREVER))
    assert not supervisor.children


def test_a_single_run_that_fails_is_told(supervisor, toy):
    with pytest.raises(Failure, match=r"exit code 1. Its last lines:\n    bad migration"):
        supervisor.run_once(toy("raise SystemExit('bad migration')"))


def test_a_program_that_ignores_its_signal_is_killed_with_its_children(supervisor, toy, tmp_path):
    stubborn = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); print(os.getpid()); "
    supervisor.start(toy(stubborn + "time.sleep(600)", grace=0.3))
    log = tmp_path / "logs/toy.log"
    wait_until(lambda: log.read_text().count("\n") == 2, 10)
    pids = [int(line) for line in log.read_text().split()]
    supervisor.stop_all([])
    assert wait_until(lambda: not any(is_running(pid) for pid in pids), 3)


def test_a_log_that_grew_too_long_starts_over(supervisor, toy, said, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "LOG_LIMIT", 1000)
    supervisor.start(toy("import time\nfor i in range(300): print('line', i)\ntime.sleep(600)"))
    watch_until(supervisor, lambda: "toy: line 299" in said)
    assert (tmp_path / "logs/toy.log").stat().st_size < 3000


SUPERVISING = """
import pathlib, sys
from config.dev import processes
from config.dev.supervisor import Supervisor
folder = pathlib.Path(sys.argv[1])
source = "import os, time; os.fork(); print(os.getpid(), flush=True); time.sleep(600)"
with processes.guarded(folder / "pids"):
    supervisor = Supervisor(folder / "logs", folder / "pids", print)
    supervisor.start(processes.Program("toy", [sys.executable, "-c", source], folder))
    supervisor.watch()
"""


def test_a_supervisor_that_is_killed_leaves_nothing_behind_not_even_grandchildren(tmp_path):
    running = subprocess.Popen([sys.executable, "-c", SUPERVISING, tmp_path], cwd=ROOT)
    log = tmp_path / "logs/toy.log"
    assert wait_until(lambda: log.exists() and log.read_text().count("\n") == 2, 10)
    pids = [int(line) for line in log.read_text().split()]
    running.kill()
    running.wait()
    assert wait_until(lambda: not any(is_running(pid) for pid in pids), 15)
    assert wait_until(lambda: not (tmp_path / "pids").exists(), 5)


ASKING = """
import os, time
from config.dev.processes import interrupted
asked = interrupted(os.getppid())
print("up", asked(), flush=True)
while not asked():
    time.sleep(0.02)
print("heard", flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what another process catches")
def test_an_interrupt_that_only_make_got_is_heard(tmp_path):
    (tmp_path / "ask.py").write_text(ASKING)
    (tmp_path / "Makefile").write_text(f"run:\n\t@{sys.executable} ask.py\n")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        ["make"],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - it touches nothing but a signal
    ) as make:
        assert make.stdout.readline() == "up False\n"
        make.send_signal(signal.SIGINT)
        assert make.stdout.readline() == "heard\n"


def test_a_start_that_is_refused_leaves_the_running_one_alone(tmp_path, supervisor, toy):
    supervisor.start(toy(FOREVER))
    with processes.guarded(tmp_path / "pids of another start"):
        pass
    supervisor.tick(supervisor.children.values())
    assert supervisor.children["toy"].process.poll() is None
