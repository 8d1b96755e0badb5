"""bench/RESULTS.md: the figures of both sizes side by side, against the budgets."""

import json
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT, WRITTEN = HERE / "results.json", HERE / "RESULTS.md"
FLAT = 1.5

HEAD = """# What the pages cost

Written by `python -m bench.measure --write` (README: tests and measuring), not by hand. A real server of two workers
on loopback answers finished Chinese pages to a manager of a part of the data and to an admin of all of it; beside it a
second server answers the floor of the stack (25 rows by ORM and plain template; for a customer its 30 newest
follow-ups), request by request in turn. A time is the lower median of the rounds, "× floor" its ratio to the floor in
the same run: compare ratios, single times depend on the machine. Queries are the fewest of the run: what setup says is
remembered for seconds (core/kept.py), and the first request after them reads it again. "flat" is large divided by
small in milliseconds: at most 1.5 is the goal.

Repeat it with an empty database a size:

    DATABASE_URL=postgres://…/small python -m bench.measure --size small --write
    DATABASE_URL=postgres://…/large python -m bench.measure --size large --write

"""


def write(size, rows, how):
    """Keep the rows of this size and write the page of both."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept[size] = {"how": how, "on": time.strftime("%Y-%m-%d"), "rows": rows}
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    WRITTEN.write_text(page(kept), encoding="utf-8")


def page(kept):
    runs = [f"- {size}: {run['on']}, {run['how']}" for size, run in kept.items() if size != "notes"]
    small, large = ({(r["page"], r["who"]): r for r in kept.get(s, {}).get("rows", [])} for s in ("small", "large"))
    lines = [
        "| page | who | small ms | large ms | flat | × floor, small | × floor, large | budget | queries | KB gzip | |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    above = []
    for key in large or small:
        before, now = small.get(key), large.get(key) or small[key]
        if "p50" not in now:
            lines.append(f"| {key[0]} | {key[1]} | – | – | – | – | – | – | – | – | answered {now['status']} |")
            continue
        flat = now["p50"] / before["p50"] if before and key in large else None
        missed = [
            word for word, is_missed in (
                ("time", now["ratio"] > now["most"]), ("bytes", now["most_kb"] and now["kb"] > now["most_kb"]),
                ("queries", now["queries"] > now["most_queries"]), ("flatness", flat is not None and flat > FLAT),
            ) if is_missed
        ]
        if missed:
            above.append(f"{key[0]} ({key[1]}: {', '.join(missed)})")
        cells = [
            *key, _of(before, "p50"), _of(large.get(key), "p50"), f"{flat:.1f}" if flat else "–",
            _of(before, "ratio"), _of(large.get(key), "ratio"), f"≤ {now['most']}",
            f"{now['queries']} (≤ {now['most_queries']})",
            f"{now['kb']:.1f}" + (f" (≤ {now['most_kb']})" if now["most_kb"] else ""), ", ".join(missed) or "kept",
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    missing = f"\nAbove a budget: {'; '.join(above)}.\n" if above else ""
    notes = HERE / "NOTES.md"
    why = "\n" + notes.read_text(encoding="utf-8") if notes.exists() else ""
    return HEAD + "\n".join(runs) + "\n\n" + "\n".join(lines) + "\n" + missing + why


def _of(row, name):
    return f"{row[name]:.1f}" if row and name in row else "–"
