"""What is sent to the browser: sizes, one theme in two places, no style that the policy forbids."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from core import staticjoin

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
KB = 1024


def zipped(path):
    return len(gzip.compress(Path(path).read_bytes(), 9))


@pytest.mark.parametrize(("name", "limit"), [("css/app.css", 24), ("js/app.js", 26), ("icons.svg", 6)])
def test_budget(name, limit):
    assert zipped(finders.find(name)) <= limit * KB


def test_own_scripts_stay_small():
    text = "".join(
        staticjoin.smaller_js(p.read_text("utf-8")) for p in staticjoin.parts("js/app.js") if ".min." not in p.name
    )
    assert len(gzip.compress(text.encode(), 9)) <= 9 * KB


def test_style_sheets_are_small_files_that_are_all_joined():
    parts = {p.name for p in staticjoin.parts("css/app.css")}
    assert parts == {p.name for p in (STATIC / "css").glob("*.css")}
    assert {
        p.name: n for p in (STATIC / "css").glob("*.css") if (n := len(p.read_text("utf-8").splitlines())) > 150
    } == {}


def test_the_dark_theme_is_the_same_chosen_or_by_the_system():
    text = (STATIC / "css/tokens.css").read_text("utf-8")
    blocks = re.findall(r':root\[data-theme="(?:dark|system)"\] \{(.*?)\}', text, flags=re.S)
    chosen, system = (re.sub(r"\s+", "", block) for block in blocks)
    assert chosen == system


def test_colours_are_named_in_the_tokens_only():
    raw = {}
    for path in (STATIC / "css").glob("*.css"):
        if path.name not in ("tokens.css", "print.css") and (
            found := re.findall(r"#[0-9a-f]{3,8}\b", path.read_text("utf-8"))
        ):
            raw[path.name] = found
    assert raw == {}


@pytest.mark.parametrize(
    "feature", ["color-mix(", "oklch(", "light-dark(", "@container", ":popover-open", "@starting-style"]
)
def test_nothing_newer_than_the_browser_floor(feature):
    assert feature not in staticjoin.join("css/app.css")


def test_templates_carry_no_inline_style_or_script():
    bad = {}
    for path in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", path.read_text("utf-8"), flags=re.S)
        found = re.findall(r"""\sstyle=|<style|\son[a-z]+="|<script(?![^>]*\ssrc=)|hx-on|popover""", text)
        if found:
            bad[str(path.relative_to(ROOT))] = found
    assert bad == {}


def test_every_icon_named_in_a_template_is_in_the_sprite():
    there = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        named |= set(re.findall(r'\{% icon "([^"]+)"', text)) | set(re.findall(r' icon="([^"]+)"', text))
    assert named - there == set()


def test_vendored_files_are_listed_with_their_licence():
    listed = (STATIC / "vendor/VENDOR.txt").read_text("utf-8")
    assert [p.name for p in (STATIC / "vendor").iterdir() if p.name != "VENDOR.txt" and p.name not in listed] == []


def test_the_shipped_files_have_hashed_names_and_are_compressed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "core.staticjoin.JoinedStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    css = [p for p in (tmp_path / "css").glob("app.*.css")]
    assert len(css) == 1
    assert css[0].with_name(css[0].name + ".gz").exists()
    assert "chevron." in css[0].read_text("utf-8")  # url() was rewritten to a hashed name
    assert "window.sf" in next((tmp_path / "js").glob("app.*.js")).read_text("utf-8")
