"""The .venv folder and the packages in it."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from launch import HERE, PYTHON, VENV, Stop, say
from launch.mirrors import named, order, own_index, shown

NEEDED_MB = 500
NO_NETWORK = (
    "NewConnectionError", "Failed to establish", "name resolution", "NameResolution", "getaddrinfo", "timed out",
    "ProxyError", "Network is unreachable", "Connection refused", "(from versions: none)",
)  # fmt: skip


def free_mb(path):
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free // 2**20


def check_space(path, free=None):
    free = free_mb(path) if free is None else free
    if free < NEEDED_MB:
        raise Stop(
            f"Only {free} MB free on the disk of {path}; {NEEDED_MB} MB are needed.\n"
            f"磁盘空间不足：只剩 {free} MB，至少需要 {NEEDED_MB} MB。"
        )


def digest(paths):
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def why_not_installed(output):
    """Words for a failed pip, from what it printed."""
    if "No space left" in output or "Errno 28" in output:
        return "The disk is full.\n磁盘已满。"
    if any(sign in output for sign in NO_NETWORK):
        return (
            "The packages could not be downloaded: no network? Start again when it is back; nothing is lost.\n"
            "Is the usual index slow or closed where you are? Write a mirror's address, your company's or provider's,\n"
            "(ending in /simple) into mirrors.txt beside run.py, one a line, and start again.\n"
            "无法下载所需的包：请检查网络后重新运行，已完成的部分会保留。\n"
            "如果默认下载源很慢或无法访问：把公司或网络服务商的镜像地址（以 /simple 结尾）写进 run.py 旁边的\n"
            "mirrors.txt，每行一个，再重新启动。"
        )
    return "The packages could not be installed.\n安装所需的包失败。"


def works(python):
    """Whether it starts and has pip: a .venv that could not be finished has a Python without it."""
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv():
    if works(PYTHON):
        return
    say("Making .venv …  正在创建 .venv …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, errors="replace"
    )
    if made.returncode == 0 and works(PYTHON):
        return
    output = made.stdout + made.stderr
    if "ensurepip" in output or "No module named venv" in output:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Stop(
            f"Python's venv module is incomplete. On Debian and Ubuntu:  sudo apt install {package}\n"
            f"缺少 venv 模块。Debian/Ubuntu 请先运行：sudo apt install {package}\nThen start again. 然后重新运行。"
        )
    raise Stop(f"{output.strip()[-800:]}\nThe .venv folder could not be made.\n无法创建 .venv 文件夹。")


def fetch(file):
    """pip, with its own index and with each mirror the office named, until one has everything. Raises Stop."""
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q"]
    mirrors = named(HERE)
    ways = [""]  # pip's own
    if mirrors:
        own = own_index(PYTHON)
        ways = ["" if one == own else one for one in order(own, mirrors, first_package(file))]
    for index in ways:
        if index:
            say(f"Packages come from {shown(index)}.  改从 {shown(index)} 下载。")
        chosen = ["--index-url", index] if index else []
        quick = ["--timeout", "15", "--retries", "1"] if len(ways) > 1 else []
        done = subprocess.run(
            [*pip, *chosen, *quick, "-r", str(file)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
        if done.returncode == 0:
            return
        if not any(sign in done.stdout for sign in NO_NETWORK):
            break  # another index would not help
    raise Stop(f"{done.stdout.strip()[-1200:]}\n\n{why_not_installed(done.stdout)}")


def first_package(file):
    """A package that an index must have to be of use: the first of the file or of those it includes."""
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    wanted = [line for line in lines if line and not line.startswith(("#", "-"))]
    return re.split(r"[=<>~\[; ]", wanted[0])[0] if wanted else "pip"


def install(name):
    """Install a requirements file when it, or the Python of .venv, is not the one of last time."""
    files = {HERE / "requirements.txt", HERE / name}
    stamp, wanted = VENV / f"{Path(name).stem}.installed", digest(files)
    if works(PYTHON) and stamp.exists() and stamp.read_text() == wanted:
        return
    check_space(HERE)
    make_venv()
    say("Installing packages (a minute or two the first time) …  正在安装所需的包（首次约需一两分钟）…")
    fetch(HERE / name)
    stamp.write_text(wanted)
    (VENV / "requirements.installed").write_text(digest({HERE / "requirements.txt"}))  # every file includes this one
