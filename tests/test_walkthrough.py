"""docs/walkthrough.{zh,en}.md: the same steps in both, every picture there and small, every address and file real."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures" / "walkthrough"
STEP = re.compile(r"^## (\d+)\. .+?[(（](\d+) (?:min|分钟)[)）]$", re.MULTILINE)


@pytest.fixture(scope="module")
def texts():
    return {one: (ROOT / f"docs/walkthrough.{one}.md").read_text(encoding="utf-8") for one in ("zh", "en")}


def steps(text):
    """[(number, minutes, names of its pictures, addresses)] of one document."""
    parts = STEP.split(text)[1:]
    found = []
    for number, minutes, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        pictures = re.findall(r"walkthrough/\w\w/([\w-]+)\.png", body)
        found.append((int(number), int(minutes), pictures, re.findall(r"`(/[\w/-]+)`", body)))
    return found


def test_both_languages_have_the_same_steps_within_sixty_minutes(texts):
    found = steps(texts["zh"])
    assert found == steps(texts["en"])
    assert [one[0] for one in found] == list(range(1, len(found) + 1)) and 12 <= len(found) <= 18
    assert sum(one[1] for one in found) <= 60
    assert all(pictures for _, _, pictures, _ in found)
    assert all(re.search(r"[\u4e00-\u9fff]", part) for part in STEP.split(texts["zh"])[3::3])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_picture_is_there_and_none_is_spare(texts, language):
    named = {f"{name}.png" for _, _, pictures, _ in steps(texts[language]) for name in pictures}
    there = {file.name: file.stat().st_size for file in (PICTURES / language).iterdir()}
    assert named == set(there)
    assert max(there.values()) < 120_000
    assert sum(file.stat().st_size for file in PICTURES.rglob("*.png")) < 3_000_000


def test_every_address_and_file_that_is_named_exists(texts):
    addresses = {one for text in texts.values() for _, _, _, found in steps(text) for one in found}
    assert len(addresses) >= 12
    for one in addresses:
        resolve(one)  # raises Resolver404
    for text in texts.values():
        for name in re.findall(r"`([\w-]+\.(?:sh|bat))`", text):
            assert (ROOT / name).is_file(), name
        for name in re.findall(r"\]\(([\w./]+\.md)\)", text):
            assert (ROOT / "docs" / name).is_file(), name
