"""Start the server as a child process, say where it is, and stop it cleanly."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from launch import HERE, PYTHON, Stop, say
from launch.awake import awake
from launch.installation import Installation
from launch.packages import install

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def free_port(host, port):
    for candidate in range(port, min(port + 50, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except PermissionError:
                if os.name == "nt":  # there a port that is kept for somebody else, one by one
                    continue
                raise Stop(f"Port {port} is not allowed here; try --port 8000.\n没有权限使用端口 {port}。") from None
            except OSError as problem:
                if isinstance(problem, socket.gaierror) or problem.errno == errno.EADDRNOTAVAIL:
                    raise Stop(
                        f"This machine has no address {host}; leave --host out, or --host 0.0.0.0 for all there are.\n"
                        f"本机没有地址 {host}：请去掉 --host，或使用 --host 0.0.0.0。"
                    ) from None
                continue
        if candidate != port:
            say(f"Port {port} is taken; using {candidate}.  端口 {port} 已被占用，改用 {candidate}。")
        return candidate
    raise Stop(f"No free port from {port} to {port + 49} on {host}.\n从 {port} 开始没有可用端口。")


def own_names(host):
    """The names under which this machine is reached when it listens on `host`."""
    names = [*LOOPBACK[:2], "[::1]"]
    if host not in ("0.0.0.0", "::"):
        return names + ([f"[{host}]" if ":" in host else host] if host not in LOOPBACK else [])
    found = {socket.gethostname()}
    with contextlib.suppress(OSError):
        found |= {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: asks which address would be used
        found.add(probe.getsockname()[0])
    return names + sorted(found - set(names))


def wait_for(child, url):
    """Until the server answers anything at all; False when it ended instead."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        if child.poll() is not None:
            return False
        try:
            opener.open(f"{url}/healthz", timeout=2).close()
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def start(options):
    install("requirements.txt")
    place = Installation(options.data.resolve())
    place.lock()
    place.check_marker(restore=options.restore)
    place.make_key()
    if place.migrate():
        place.remember(demo="none" if options.no_demo else "wanted")
    place.collect()
    place.demo(wanted=not options.no_demo, reset=options.reset_demo)
    host = listen_on(options, place)
    port = free_port(host, options.port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    url = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    place.env.setdefault("ALLOWED_HOSTS", ",".join(own_names(host)))
    place.env.setdefault("SITE_URL", url)
    place.remember(url=url)
    serve = [str(PYTHON), str(HERE / "manage.py"), "serve", "--host", host, "--port", str(port)]
    serve.append("--until-stdin-closes")  # so that it ends with us, however we end
    child = subprocess.Popen(serve, cwd=HERE, env=place.env, stdin=subprocess.PIPE)
    stopped = []

    def stop(number, frame):
        stopped.append(number)
        with contextlib.suppress(OSError):
            child.stdin.close()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if wait_for(child, url):
        say("", f"SalesFlow  {url}/")
        for name in own_names(host)[3:]:
            say(f"           http://{name}:{port}/")
        logins = place.data / "demo-logins.txt"
        if logins.exists():
            say("", logins.read_text(encoding="utf-8").rstrip())
        elif place.nobody():
            say("", "Nobody can sign in yet. In a second terminal, for the first administrator:",
                "还没有账号。请在另一个终端运行，创建第一位管理员：",
                f"  {first_admin(place)}")  # fmt: skip
        say("", "Ctrl-C stops.  按 Ctrl-C 停止。")
    elif child.poll() is None and not stopped:
        say("Still no answer; see the lines above.  服务尚未响应，请看上面的输出。")
    with contextlib.nullcontext() if options.may_sleep else awake():
        return finish(child, stopped)


def listen_on(options, place):
    """The address to listen on: the one that was said, else the office's network where that was once asked for."""
    if options.host or options.office:
        place.remember(office=options.office and not options.host)
    return options.host or ("0.0.0.0" if place.state.get("office") else "127.0.0.1")


def first_admin(place):
    """The command, as it is typed in this folder: the data folder is named when it is not the usual one."""
    command = f"{PYTHON.relative_to(HERE)} manage.py make_admin you@example.com"
    if place.data == HERE / "var":
        return command
    named = f"SALESFLOW_DATA={place.data}"
    if os.name == "nt":
        return f'cmd /c "set {named}&& {command}"'  # the same words in PowerShell and in the command prompt
    return f'env "{named}" {command}'


def finish(child, stopped):
    while True:
        try:
            code = child.wait(timeout=0.5 if not stopped else 10)
            break
        except subprocess.TimeoutExpired:
            if stopped:
                child.kill()
    if stopped:
        say("Stopped.  已停止。")
        return 0
    say(f"The server ended by itself (code {code}); see the lines above.  服务意外退出，原因见上。")
    return code or 1
