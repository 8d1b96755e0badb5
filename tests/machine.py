"""What this machine has of the real components: Chromium, Redis, PostgreSQL."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
BROWSER_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str | None:
    given = os.environ.get("SALESFLOW_CHROMIUM")
    return given if given and Path(given).exists() else next(filter(None, map(shutil.which, BROWSERS)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true, within=10.0, every=0.05):
    """Ask until it is true; the time it took. Fails the test when it never is."""
    begun = time.monotonic()
    while time.monotonic() - begun < within:
        if true():
            return time.monotonic() - begun
        time.sleep(every)
    raise AssertionError(f"not within {within} s: {true}")


@contextmanager
def redis_server(port: int):
    """A Redis of our own on loopback, with nothing kept on disk."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([*command, "--daemonize", "no"], stdout=subprocess.DEVNULL, cwd="/")
    try:
        wait_until(lambda: _connects(port))
        yield process
    finally:
        process.kill()
        process.wait()


def _connects(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
