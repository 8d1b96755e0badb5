"""`run.py autostart on|off [options]`: SalesFlow starts when its person signs in to the computer, or no longer.

One small file in the place the system keeps for that; `off` takes exactly that file away.
"""

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from launch import HERE, Stop, say

NAME = "salesflow"


def place(system, home, environment):
    """The file that the system reads when its person signs in."""
    if system == "win32":
        roaming = Path(environment.get("APPDATA") or home / "AppData/Roaming")
        return roaming / "Microsoft/Windows/Start Menu/Programs/Startup/SalesFlow.bat"
    if system == "darwin":
        return home / "Library/LaunchAgents" / f"{NAME}.plist"
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "systemd/user" / f"{NAME}.service"


def content(system, python, folder, options):
    """What stands in it, as bytes."""
    words = [str(python), str(folder / "run.py"), *options]
    if system == "win32":
        line = subprocess.list2cmdline(words).replace("%", "%%")
        folder = str(folder).replace("%", "%%")
        text = f'@echo off\nchcp 65001 >nul\ncd /d "{folder}"\nstart "SalesFlow" /min {line}\n'
        return text.replace("\n", "\r\n").encode()
    if system == "darwin":
        log = str(folder / "var" / "autostart.log")
        return plistlib.dumps({
            "Label": NAME, "ProgramArguments": words, "WorkingDirectory": str(folder), "RunAtLoad": True,
            "StandardOutPath": log, "StandardErrorPath": log,
        })  # fmt: skip
    line = " ".join(_quoted(word) for word in words)
    return (
        "[Unit]\nDescription=SalesFlow\nAfter=network.target\n\n"
        f"[Service]\nWorkingDirectory={_plain(str(folder))}\nExecStart={line}\nRestart=on-failure\nRestartSec=10\n\n"
        "[Install]\nWantedBy=default.target\n"
    ).encode()


def autostart(arguments, system=sys.platform, home=None, environment=os.environ):
    """Write or take away the file; `arguments` are "on" and the options of a start, or "off"."""
    if arguments[:1] not in (["on"], ["off"]):
        raise Stop("run.py autostart on [options of a start]   or   run.py autostart off\n用法：autostart on 或 off")
    file = place(system, home or Path.home(), environment)
    if arguments[0] == "off":
        if not file.exists():
            say("It does not start with the computer.  没有设置开机启动。")
            return 0
        _systemctl(system, "disable", f"{NAME}.service")
        file.unlink()
        say("It no longer starts with the computer.  已取消开机启动。")
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content(system, sys.executable, HERE, arguments[1:]))
    _systemctl(system, "daemon-reload")
    _systemctl(system, "enable", f"{NAME}.service")
    say("It starts when you sign in to this computer.  登录这台电脑后会自动启动。", f"  {file}",
        "Take it back:  run.py autostart off  取消：autostart off")  # fmt: skip
    return 0


def _systemctl(system, *words):
    if system.startswith("linux") and shutil.which("systemctl"):
        subprocess.run(["systemctl", "--user", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _quoted(word):
    """A word of ExecStart: quoted where needed, with what systemd would fill in doubled."""
    return shlex.quote(_plain(word).replace("$", "$$"))


def _plain(text):
    return text.replace("%", "%%")
