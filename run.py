#!/usr/bin/env python3
"""SalesFlow with one command, on Linux, macOS and Windows:  python3 run.py  (Windows: py run.py)

    run.py [--port 8000] [--office | --host 127.0.0.1] [--data DIR] [--no-demo] [--reset-demo] [--restore]
    run.py autostart on [options] | off             starts with the computer, or no longer
    run.py backup [--data DIR]                      database and files into one file, also while it runs
    run.py restore FILE [--data DIR]                put such a file back, all or nothing; today's state is copied first
    run.py check-backup [FILE] [--data DIR]         restore it into an empty place, compare everything, throw that away
    run.py zip [FILE]                               what an office unpacks and opens: start.sh, 启动.bat
    run.py test [--long] [arguments for pytest]     the whole suite, on SQLite and, if there is one, PostgreSQL
    run.py promises                                 which promise is proven by which tests

It makes .venv, installs the pinned packages, prepares the database and starts the server. Everything it writes
is in .venv and in the data folder (var/). The work is in launch/.
"""

import argparse
import sys
from pathlib import Path


def check_python(version):
    """Before anything else is imported, in syntax that an old Python can read."""
    if tuple(version[:2]) < (3, 11):
        found = "%d.%d" % tuple(version[:2])  # noqa: UP031
        sys.exit(
            "SalesFlow needs Python 3.11 or newer; this is " + found + ".\n"
            "SalesFlow 需要 Python 3.11 或更新版本，当前是 " + found + "。"
        )


def port(text):
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="run.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=port, default=8000, help="taken? the next free one is used")
    parser.add_argument("--host", help="the address to listen on; without it this computer only, or --office")
    parser.add_argument("--office", action="store_true", help="lets phones and colleagues in; later starts remember it")
    parser.add_argument("--may-sleep", action="store_true", help="the computer may fall asleep while it serves")
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parent / "var", help="the data folder")
    parser.add_argument("--no-demo", action="store_true", help="start empty")
    parser.add_argument("--reset-demo", action="store_true", help="load the demo afresh")
    parser.add_argument("--restore", action="store_true", help="put back the copy made before an update that broke off")
    return parser.parse_args(arguments)


def main(arguments):
    check_python(sys.version_info)
    # only now: older Pythons could not read them
    from launch import Stop, autostart, copying, serving, testing, zipping

    try:
        if arguments[:1] == ["test"]:
            return testing.test(arguments[1:])
        if arguments[:1] and arguments[0] in copying.COMMANDS:
            return copying.run(arguments, Path(__file__).resolve().parent / "var")
        if arguments[:1] == ["promises"]:
            return testing.promises()
        if arguments[:1] == ["autostart"]:
            return autostart.autostart(arguments[1:])
        if arguments[:1] == ["zip"]:
            return zipping.make(arguments[1:])
        return serving.start(options(arguments))
    except Stop as words:
        print(words, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as problem:
        if problem.errno == 28:
            print("The disk is full.\n磁盘已满。", file=sys.stderr)
            return 1
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
