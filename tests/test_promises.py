"""docs/promises.md and the tests agree: what is said to be kept has a test that runs."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(r"^\| ((?:R|M|REL|INV-|B|L)\d+) \| (.+?) \| (kept|partly|not yet) \|$")
NAMES = (
    [f"R{n}" for n in range(1, 67)] + [f"M{n}" for n in range(1, 16)] + [f"REL{n}" for n in range(1, 23)]
    + [f"INV-{n}" for n in range(1, 19)] + [f"B{n}" for n in range(1, 51)] + [f"L{n}" for n in range(1, 12)]
)


def promises():
    text = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
    return [match.groups() for line in text.splitlines() if (match := LINE.match(line))]


def markers(node):
    """Names in every @pytest.mark.proves(…) on a function, a class, or in a module's pytestmark."""
    marks = node.decorator_list if hasattr(node, "decorator_list") else [node]
    for mark in marks:
        for call in ast.walk(mark):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.proves":
                yield from (argument.value for argument in call.args)


def proofs():
    """{name: [test]} of all tests, and the tests that are skipped outright."""
    found, skipped = {}, set()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        whole = [
            name for item in module.body
            if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "pytestmark"
            for name in markers(item.value)
        ]
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.lower().startswith("test"):
                test = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
                if "mark.skip" in marks or "mark.xfail" in marks:
                    skipped.add(test)
                for name in [*whole, *markers(node)]:
                    found.setdefault(name, []).append(test)
    return found, skipped


def test_every_promise_has_one_line():
    assert [name for name, _, _ in promises()] == NAMES


def test_what_is_kept_is_proved_by_a_test_that_runs():
    found, skipped = proofs()
    bare = [
        name for name, _, state in promises()
        if state == "kept" and not [test for test in found.get(name, []) if test not in skipped]
    ]
    assert bare == []


def test_partly_kept_promises_have_a_test_too():
    found, _ = proofs()
    assert [name for name, _, state in promises() if state == "partly" and name not in found] == []


def test_markers_name_promises_that_exist():
    found, _ = proofs()
    decided = {f"D{number}" for number in range(1, 55)}  # lines of the decisions, not promises of their own
    assert sorted(set(found) - set(NAMES) - decided) == []
