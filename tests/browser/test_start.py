"""Starting, stopping and starting again, as on a machine of one's own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A site started by ``plenary run``."""

    def __init__(self, data: Path, port: int) -> None:
        self.address, self.output = f"http://127.0.0.1:{port}", data.parent / f"output-{time.monotonic_ns()}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
        environment = {**clean, "PLENARY_DATA": str(data), "PLENARY_BASE_URL": self.address, "PYTHONUNBUFFERED": "1"}
        self.started = time.monotonic()
        with self.output.open("w") as stream:
            command = (sys.executable, "-m", "plenary", "run", "--port", str(port), "--workers", "1")
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT)

    def wait(self, seconds: float = 240) -> float:
        while "Stop with Ctrl-C" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() - self.started < seconds, self.output.read_text()
            time.sleep(0.05)
        return time.monotonic() - self.started

    def children(self) -> list[int]:
        return [int(line) for line in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.address}/readyz", timeout=5).status == 200
        except (urllib.error.URLError, OSError):
            return False


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder that was set up once."""
    folder = tmp_path_factory.mktemp("start") / "data"
    first = Running(folder, free_port())
    first.wait()
    assert first.answers()
    first.process.terminate()
    assert first.process.wait(30) == 0, first.output.read_text()
    return folder


def test_a_second_start_takes_less_than_five_seconds_and_loses_nothing(data):
    again = Running(data, free_port())
    try:
        assert again.wait() < 5
        assert "Loading" not in again.output.read_text()
        assert again.answers()
    finally:
        again.process.terminate()
        again.process.wait(30)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopping_leaves_no_process_behind(data, how):
    running = Running(data, free_port())
    running.wait()
    children = running.children()
    assert len(children) == 2
    running.process.send_signal(how)
    code = running.process.wait(30)
    assert code == (-signal.SIGKILL if how == signal.SIGKILL else 0), running.output.read_text()
    until = time.monotonic() + 20
    while any(alive(child) for child in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(alive(child) for child in children)
    assert not running.answers()


def test_a_port_in_use_is_said_in_a_sentence(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = Running(data, taken.getsockname()[1])
        assert running.process.wait(60) != 0
        output = running.output.read_text()
        assert "is in use" in output
        assert "Traceback" not in output


def test_two_sites_run_side_by_side(data, tmp_path):
    one, two = Running(data, free_port()), Running(tmp_path / "other", free_port())
    try:
        one.wait()
        two.wait()
        assert one.answers()
        assert two.answers()
    finally:
        for running in (one, two):
            running.process.terminate()
        for running in (one, two):
            running.process.wait(30)
