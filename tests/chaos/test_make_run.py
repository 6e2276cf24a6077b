"""What ``make run`` promises to the person at the shell."""

import os
import signal
import socket
import time

import pytest

from tests.chaos.copies import eventually

SECOND_START_SECONDS = 15.0


def test_a_first_start_tells_addresses_and_logins_and_the_next_one_is_quick(make_copy):
    copy = make_copy("starts").start().wait_ready()
    demo = copy.demo
    assert demo["base_url"] in copy.output
    assert demo["tenants"][0]["operator"]["password"] in copy.output
    assert (copy.data / "demo.json").stat().st_mode & 0o777 == 0o600
    copy.stop()
    assert any(seconds_to_start(copy) < SECOND_START_SECONDS * crowd() for _ in range(3)), "three starts were slow"
    assert copy.demo == demo


def crowd():
    """How many others want each core besides us; 1 on a machine that has nothing else to do."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def seconds_to_start(copy):
    started = time.monotonic()
    copy.start().wait_ready()
    seconds = time.monotonic() - started
    copy.stop()
    return seconds


@pytest.mark.parametrize("seconds", [0.2, 0.8, 1.5, 2.5, 4.0, 6.0])
def test_ctrl_c_in_the_first_seconds_leaves_no_process_and_no_lock(make_copy, seconds):
    copy = make_copy(f"early-{seconds}").start()
    time.sleep(seconds)
    copy.stop()
    assert copy.processes() == []
    assert not list(copy.data.glob("pids/*"))
    assert "Traceback" not in copy.output


def test_ctrl_c_stops_in_order_and_leaves_nothing(make_copy):
    copy = make_copy("starts").start().wait_ready()
    copy.stop()
    assert copy.processes() == []
    assert not (copy.data / "postgres/data/postmaster.pid").exists()
    assert [line for line in copy.output.splitlines() if line.startswith("recado")][-1].endswith("| stopped")


def test_an_interrupt_that_only_make_got_stops_everything_too(make_copy):
    copy = make_copy("starts").start().wait_ready()
    copy.make.send_signal(signal.SIGINT)
    copy.make.wait(90)
    assert copy.processes() == []


def test_a_supervisor_that_is_killed_leaves_nothing_and_the_next_start_works(make_copy):
    copy = make_copy("starts").start().wait_ready()
    copy.supervisor.kill()
    copy.make.wait(60)
    eventually(lambda: copy.processes() == [])
    copy.start().wait_ready()
    copy.stop()


@pytest.mark.parametrize("words", [("celery", "worker"), ("celery", "beat"), ("granian",), ("whatsapp.simulator",)])
def test_a_process_that_is_killed_is_named_and_comes_back(running, words):
    killed = {process.pid for process in running.find(*words)}
    for process in running.find(*words):
        process.kill()
    eventually(lambda: {process.pid for process in running.find(*words)} - killed)
    eventually(lambda: "was ended by SIGKILL" in running.output)
    eventually(running.is_ready, 90)


@pytest.mark.parametrize("words", [("postgres",), ("valkey-server",)])
def test_servers_that_are_killed_come_back_with_their_data(running, words):
    demo = running.demo
    killed = {process.pid for process in running.find(*words)}
    for process in running.find(*words):
        process.kill()
    eventually(lambda: {process.pid for process in running.find(*words)} - killed)
    eventually(running.is_ready, 90)
    assert running.demo == demo


def test_a_second_copy_runs_beside_the_first(running, make_copy):
    other = make_copy("second").start().wait_ready()
    assert running.is_ready()
    assert other.demo["app_secret"] != running.demo["app_secret"]
    other.stop()
    assert running.is_ready()


def test_the_same_data_folder_is_refused_with_one_line(running, make_copy):
    other = make_copy(running.data.name).start()
    assert other.make.wait(60) != 0
    assert "another make run uses" in other.output
    assert "Traceback" not in other.output
    assert running.is_ready()


@pytest.mark.parametrize("offset", [0, 1])
def test_a_taken_port_is_refused_with_one_line(make_copy, offset):
    copy = make_copy(f"port-{offset}")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", copy.port + offset))
        taken.listen()
        assert copy.start().make.wait(60) != 0
    assert f"port {copy.port + offset}" in copy.output
    assert "Traceback" not in copy.output


def test_a_data_folder_that_is_a_file_is_refused_with_one_line(make_copy):
    copy = make_copy("file")
    copy.data.write_text("not a folder")
    copy.start()
    assert copy.make.wait(60) != 0
    assert "cannot be used" in copy.output
    assert "Traceback" not in copy.output


def test_a_broken_database_is_refused_with_one_line_and_stops_the_rest(make_copy):
    copy = make_copy("broken")
    (copy.data / "postgres" / "data").mkdir(parents=True)
    (copy.data / "postgres" / "data" / "PG_VERSION").write_text("18\n")
    assert copy.start().make.wait(60) != 0
    assert "postgres ended with exit code" in copy.output
    assert "Traceback" not in copy.output
    assert copy.processes() == []
