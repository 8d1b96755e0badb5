"""The computer stays awake while it serves. Its screen may still go dark; nothing of it outlives the server."""

import contextlib
import os
import shutil
import subprocess
import sys

WHY = "SalesFlow serves pages"
CONTINUOUS, SYSTEM_REQUIRED = 0x80000000, 0x00000001  # of SetThreadExecutionState


def command(system, pid):
    """What keeps a system awake as a child process, or None where Windows is asked itself, or nothing is known."""
    if system == "darwin":
        return ["caffeinate", "-i", "-w", str(pid)]
    if system.startswith("linux"):
        # cat ends when our end of its input is closed: by us, or because we are gone
        return ["systemd-inhibit", "--what=sleep:idle", "--who=SalesFlow", f"--why={WHY}", "--mode=block", "cat"]
    return None


@contextlib.contextmanager
def awake(system=sys.platform):
    """While the block runs. Where the system has no way, or refuses, the block runs all the same."""
    if system == "win32":
        import ctypes

        state = ctypes.windll.kernel32.SetThreadExecutionState
        state(CONTINUOUS | SYSTEM_REQUIRED)
        try:
            yield
        finally:
            state(CONTINUOUS)
        return
    words, child = command(system, os.getpid()), None
    if words and shutil.which(words[0]):
        with contextlib.suppress(OSError):
            quiet = subprocess.DEVNULL
            child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        yield
    finally:
        if child:
            with contextlib.suppress(OSError):
                child.stdin.close()
            if system == "darwin":
                child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
