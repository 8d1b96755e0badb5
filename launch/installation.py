"""The data folder: database, secret key, files, and what of it has been prepared."""

import contextlib
import hashlib
import json
import os
import secrets
import shlex
import shutil
import sqlite3
import subprocess
from datetime import datetime
from pathlib import Path

from launch import HERE, PYTHON, Stop, say
from launch.packages import check_space, digest, free_mb


class Installation:
    """The data folder: database, secret key, files, and state.json, which says what has been prepared."""

    def __init__(self, data):
        self.data = data
        self.database = data / "salesflow.sqlite3"
        self.marker = data / "migrating.json"  # there while a migration runs, and after one that broke off
        self.own_database = "DATABASE_URL" not in os.environ
        try:
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not os.access(data, os.W_OK):
                raise PermissionError
        except (FileExistsError, FileNotFoundError, NotADirectoryError, PermissionError):
            raise Stop(f"{data} cannot be a folder to write in.\n无法在此创建数据文件夹：{data}") from None
        try:
            self.state = json.loads((data / "state.json").read_text())
        except (OSError, ValueError):
            self.state = {}
        ours = {"SALESFLOW_EMBEDDED": "1", "SALESFLOW_DATA": str(data), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        self.env = {**os.environ, **ours}  # UTF-8 also where a Windows console, or a file it is led to, has a code page

    def remember(self, **facts):
        self.state.update(facts)
        (self.data / "state.json").write_text(json.dumps(self.state))

    def nobody(self):
        """Whether the database in the folder has no account yet; a server's database is not asked."""
        if "DATABASE_URL" in self.env or not self.database.exists():
            return False
        with contextlib.closing(sqlite3.connect(self.database, timeout=5)) as database:
            return database.execute("SELECT count(*) FROM accounts_user").fetchone()[0] == 0

    def make_key(self):
        with contextlib.suppress(FileExistsError):
            handle = os.open(self.data / "secret-key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(64))

    def manage(self, *arguments, quiet=False):
        done = subprocess.run(
            [str(PYTHON), str(HERE / "manage.py"), *arguments],
            cwd=HERE, env=self.env, encoding="utf-8", errors="replace",
            stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None,
        )  # fmt: skip
        output = done.stdout or ""
        if done.returncode and ("No space left" in output or "disk is full" in output or free_mb(self.data) < 5):
            raise Stop("The disk is full.\n磁盘已满。")
        return done.returncode, output.strip()[-1500:]

    def lock(self):
        """One server a data folder. SQLite's own lock: the same on every system, and gone when the process is."""
        self.held = sqlite3.connect(self.data / "lock.sqlite3", timeout=0, isolation_level=None)
        try:
            self.held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            url = self.state.get("url", "")
            raise Stop(f"SalesFlow already runs with this data folder: {url}\nSalesFlow 已在运行：{url}") from None

    def copy_database(self):
        folder = self.data / "backups"
        folder.mkdir(exist_ok=True, mode=0o700)
        target = folder / f"before-update-{datetime.now():%Y%m%d-%H%M%S}.sqlite3"
        with (
            contextlib.closing(sqlite3.connect(self.database)) as old,
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
        target.chmod(0o600)
        return target

    def drop_database(self):
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.database}{ending}").unlink(missing_ok=True)

    def check_marker(self, restore):
        """A migration that broke off: the copy made before it is named, and nothing is started on half a schema."""
        if not self.marker.exists():
            return
        backup = json.loads(self.marker.read_text() or "{}").get("backup")
        if backup and not restore:
            raise Stop(
                "The last update of the database broke off half-way, so nothing was started. Nothing is lost:\n"
                f"a copy from just before is  {backup}\n"
                f"Put it back and start:  {self.restoring()}\n"
                f"上次数据库升级中途中断，因此没有启动。升级前的备份在：{backup}\n"
                f"恢复备份并启动：{self.restoring()}"
            )
        self.drop_database()  # without a copy there was nothing before: the first start broke off
        if backup:
            shutil.copyfile(backup, self.database)
            say(f"Put back {backup}.  已恢复备份。")
        self.state = {}
        self.marker.unlink()

    def restoring(self):
        """The command, as it is typed in this folder: the data folder is named when it is not the usual one."""
        start = "py run.py" if os.name == "nt" else "python3 run.py"
        if self.data == HERE / "var":
            return f"{start} --restore"
        quoted = subprocess.list2cmdline if os.name == "nt" else shlex.join
        return f"{start} --data {quoted([str(self.data)])} --restore"

    def migrate(self):
        """Bring the database up to date; skipped when nothing changed since the last time."""
        wanted = digest([*HERE.glob("*/migrations/*.py"), HERE / "requirements.txt"])
        first = self.own_database and not self.database.exists()
        if self.own_database and not first and self.state.get("schema") == wanted:
            return False
        check_space(self.data)
        say("Preparing the database …  正在准备数据库 …")
        if self.own_database:
            self.marker.write_text(json.dumps({"backup": None if first else str(self.copy_database())}))
        code, output = self.manage("migrate", "--noinput", "-v0", quiet=True)
        if code:
            say(output)
            raise Stop("The database could not be brought up to date (see above).\n数据库升级失败，原因见上。")
        self.marker.unlink(missing_ok=True)
        self.remember(schema=wanted)
        return first

    def collect(self):
        """Join and compress the static files; skipped when none changed."""
        files = [path for path in (HERE / "static").rglob("*") if path.is_file()]
        facts = sorted(f"{p.relative_to(HERE)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files)
        wanted = hashlib.sha256("\n".join([*facts, digest([HERE / "requirements.txt"])]).encode()).hexdigest()
        if self.state.get("static") == wanted and (self.data / "static").exists():
            return
        code, output = self.manage("collectstatic", "--noinput", "-v0", quiet=True)
        if code:
            say(output)
            raise Stop("The style sheets could not be prepared (see above).\n静态文件准备失败，原因见上。")
        self.remember(static=wanted)

    def demo(self, wanted, reset):
        if not (reset or (wanted and self.state.get("demo") == "wanted")):
            return
        say("Loading the demo …  正在载入演示数据 …")
        before = self.state.get("demo")
        self.remember(demo="wanted")  # broken off after the old one is gone: the next start loads it
        code, _output = self.manage("load_demo", "--skip-checks", *(["--reset"] if reset else []))
        if code:
            self.remember(demo=before if reset and not self.nobody() else "wanted")
            raise Stop("The demo could not be loaded (see above). Start without it: --no-demo\n演示数据载入失败。")
        self.remember(demo="loaded")
