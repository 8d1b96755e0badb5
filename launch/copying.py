"""Backup, restore and trial for people without a terminal habit: `run.py backup`, `run.py restore FILE`."""

import argparse
from pathlib import Path

from launch import Stop, say
from launch.installation import Installation
from launch.packages import install

COMMANDS = {"backup": "backup", "restore": "restore", "check-backup": "check_backup"}


def run(arguments, usual):
    """The command of the same meaning of manage.py, in the data folder that is given, else the usual one."""
    parser = argparse.ArgumentParser(prog=f"run.py {arguments[0]}")
    if arguments[0] != "backup":
        parser.add_argument("file", type=Path, nargs="?" if arguments[0] == "check-backup" else None)
    parser.add_argument("--data", type=Path, default=usual, help="the data folder")
    options = parser.parse_args(arguments[1:])
    file = getattr(options, "file", None)
    if file is not None and not file.is_file():
        raise Stop(f"There is no file {file}.\n没有文件 {file}。")
    install("requirements.txt")
    place = Installation(options.data.resolve())
    if arguments[0] == "backup" and place.own_database and not place.database.exists():
        raise Stop("There is nothing to back up in this folder yet.\n这个文件夹里还没有可备份的数据。")
    place.make_key()
    words = [str(file.resolve())] if file else []
    if arguments[0] == "restore" and place.marker.exists():
        words.append("--without-copy")  # an update broke off: what is there is half of two versions
    code, _output = place.manage(COMMANDS[arguments[0]], *words)
    if arguments[0] == "restore" and not code:
        place.marker.unlink(missing_ok=True)
        say("Restored; everybody signs in again.  已恢复，所有人需要重新登录。")
    return code
