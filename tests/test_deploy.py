"""deploy/ and docs/server.md: every file can be read, every command and variable in them exists in the code."""

import configparser
import re
import shlex
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
OTHERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "SITE_HOST", "UPSTREAM"}  # not ours
SCRIPTS = {one.name for one in entry_points(group="console_scripts")}
GUNICORN, CELERY = {"--workers", "--threads", "--worker-class", "--bind"}, {"-A", "--concurrency"}


def known_names():
    text = (ROOT / "salesflow/settings.py").read_text(encoding="utf-8")
    return set(re.findall(r"env(?:\.\w+)?\(\"(\w+)\"", text))


def run_of(words):
    """Check one command line of ours: the program is a package's, what it loads and its options are there."""
    program, *rest = words
    program = program.rsplit("/", 1)[-1]
    if program == "python":
        assert rest[0] == "manage.py" and (ROOT / rest[0]).exists() and rest[1] in get_commands(), words
    elif program == "gunicorn":
        assert program in SCRIPTS and find_spec(rest[0]), words
        assert {word for word in rest if word.startswith("--")} <= GUNICORN, words
    else:
        assert program == "celery" in SCRIPTS and rest[:2] == ["-A", "salesflow"] and rest[2] in ("worker", "beat"), (
            words
        )
        assert {word for word in rest if word.startswith("-")} <= CELERY, words


def env_lines():
    lines = (DEPLOY / "salesflow.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_environment_names_what_settings_read():
    assert set(env_lines()) <= known_names()
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "BEHIND_PROXY"} <= set(env_lines())


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_what_exists_and_may_write_its_data_alone(path):
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str
    unit.read(path, encoding="utf-8")
    service = unit["Service"]
    before = re.findall(r"^ExecStartPre=(.+)$", path.read_text(encoding="utf-8"), re.M)
    for line in [*before, service["ExecStart"]]:
        assert line.startswith(f"{service['WorkingDirectory']}/.venv/bin/")
        run_of(shlex.split(line))
    assert service["ReadWritePaths"] == env_lines()["SALESFLOW_DATA"] and service["ProtectSystem"] == "strict"
    assert service["User"] == "salesflow" and unit["Install"]["WantedBy"] == "multi-user.target"
    assert path.name in (ROOT / "docs/server.md").read_text(encoding="utf-8")


def test_one_clock_and_the_web_brings_the_database_up_to_date():
    text = {path.stem: path.read_text(encoding="utf-8") for path in UNITS}
    assert set(text) == {"salesflow-web", "salesflow-worker", "salesflow-beat"}
    assert [name for name, words in text.items() if "migrate" in words] == ["salesflow-web"]


def test_compose_starts_what_exists_with_names_that_settings_read():
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = found["services"]
    ours = {"prepare", "web", "worker", "beat"}
    assert set(services) == ours | {"postgres", "redis", "caddy"}
    for name in ours:
        one = services[name]
        words = shlex.split(one["command"])
        for part in words[2].split(" && ") if words[:2] == ["sh", "-c"] else [one["command"]]:
            run_of(shlex.split(part))
        assert set(one["environment"]) <= known_names()
        assert (DEPLOY / one["build"]["context"] / one["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
        for other in one["depends_on"]:
            assert other in services
        assert {volume.split(":")[0] for volume in one["volumes"]} <= set(found["volumes"])
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert asked <= known_names() | OTHERS
    guide = (ROOT / "docs/server.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in guide for name in asked)
    assert all("ports" not in one for name, one in services.items() if name != "caddy")  # only the proxy is outside


def test_the_proxy_leads_to_the_address_gunicorn_listens_on():
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    unit = (DEPLOY / "salesflow-web.service").read_text(encoding="utf-8")
    assert re.search(r"UPSTREAM:([\d.:]+)\}", text)[1] == re.search(r"--bind ([\d.:]+)", unit)[1]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    bare = re.sub(r"\{\$[^}]*\}", "", "\n".join(lines))
    assert bare.count("{") == bare.count("}") == 2
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert "UPSTREAM: web:8000" in compose and "--bind 0.0.0.0:8000" in compose


def test_the_image_copies_what_is_there_and_the_guide_names_files_that_exist():
    copied = re.findall(r"^COPY (\S+) ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.M)
    assert copied and all((ROOT / name).exists() for name in copied)
    guide = (ROOT / "docs/server.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:deploy|tests|docs)/[\w./-]*)`", guide):
        assert (ROOT / name).exists(), name
    for command in re.findall(r"manage\.py (\w+)", guide):
        assert command in get_commands(), command
