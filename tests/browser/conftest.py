"""A running site and a browser, once for all tests of this folder."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """A site that runs by itself, as users have it."""

    address: str
    output: Path

    def read(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=30) as answer:
            return answer.read().decode()

    @property
    def sign_in_link(self) -> str:
        found = re.search(r"Sign in as [^:]*: (\S+)", self.output.read_text())
        assert found, self.output.read_text()
        return found[1]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    """Set up and served by the command that everybody uses."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, output = f"http://127.0.0.1:{port}", folder / "output"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
    environment = {**clean, "PLENARY_DATA": str(folder / "data"), "PLENARY_BASE_URL": address, "PLENARY_RATE_LIMIT": "0", "PYTHONUNBUFFERED": "1"}
    with output.open("w") as stream:
        command = (sys.executable, "-m", "plenary", "run", "--port", str(port))
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 240
        while "Stop with Ctrl-C" not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < until, output.read_text()
            time.sleep(0.2)
        yield Site(address, output)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system."""
    path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if path is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium fonts-noto-core)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def secretariat(browser: Browser, site: Site) -> Any:
    """What a browser keeps of somebody who has signed in at the desk, by the printed link, which works once."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.sign_in_link)
    if page.locator("main form button").count() and "/desk/" not in page.url:
        page.locator("main form button").first.click()  # mail programs open links by themselves: a person confirms
    page.wait_for_url("**/desk/**")
    state = context.storage_state()
    context.close()
    return state
