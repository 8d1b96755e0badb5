"""The fixed rules of the quarterly page (S16, R21, M9): pure functions over the figures of one field (reviews/
usage.py).

Each says what to do and why, or nothing. They look at fields of at least ROWS records: fewer prove nothing. A rule
never changes anything; a person presses the button, and takes it back within 30 days.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ROWS = 20
RARE = 0.10  # filled in less often: hide (ux S16)
LATE_SHARE, LATE_FILLED = 2 / 3, 10  # of the filled so many came later than the record: not asked at creation (ux S16)
SAME_SHARE = 0.60  # of a required field so many say the same, or nothing: optional (R21)
FEW_WORDS, REPEATED = 12, 5  # at most so many different texts, each so often on average: a list (M9)
FILLERS = frozenset(
    ["无", "没有", "不详", "未知", "暂无", "待定", "同上", "-", "--", "—", "/", ".", "0", "1", "n/a", "na", "none"]
    + ["x", "xx", "test", "？", "?"]
)  # what people type into a box that must not be empty

DEEDS = {
    "hide": gettext_lazy("Hide"), "later": gettext_lazy("Ask only when it is edited"),
    "optional": gettext_lazy("Make optional"), "list": gettext_lazy("Choose from a list"),
    "ask": gettext_lazy("Ask again"),
}  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """`do` is one of DEEDS, `why` the sentence with its figures, `words` what a list would offer."""

    do: str
    why: str
    words: tuple = ()


def hide(use):
    """Filled in on fewer than 10 % of the records, and neither a saved filter nor an export of the last 90 days nor a
    report speaks of it. Source: ux S16. A required one is no case: it is made optional first."""
    if use.is_hidden or use.is_required or use.rows < ROWS or not use.is_unused or use.share >= RARE:
        return None
    return Advice("hide", _("filled in on %(n)s of %(all)s, in no filter for 90 days") % _of(use.filled, use.rows))


def later(use):
    """Asked when a record is made, but two thirds of those filled in were filled in later, at least ten. A field that
    was added or changed meanwhile could not have been filled in before. Source: ux S16."""
    is_case = use.is_new and use.is_edited and use.is_settled and not use.is_required
    if not is_case or use.filled < LATE_FILLED or use.late < use.filled * LATE_SHARE:
        return None
    return Advice("later", _("%(n)s of %(all)s filled in only after it was made") % _of(use.late, use.filled))


def optional(use):
    """Required, but at least 60 % of the values are fillers (无, -, n/a) or one and the same. Source: R21, M9."""
    if not use.is_required or use.filled < ROWS or not use.values:
        return None
    fillers = sum(n for text, n in use.values.items() if is_filler(text))
    same = max(use.values.values())
    if fillers >= use.filled * SAME_SHARE:
        return Advice("optional", _("required, but %(n)s of %(all)s say nothing (无, -)") % _of(fillers, use.filled))
    if same >= use.filled * SAME_SHARE:
        return Advice("optional", _("required, but %(n)s of %(all)s say the same") % _of(same, use.filled))
    return None


def to_list(use):
    """Free text with at most twelve different texts, each five times on average: turn it into a list. Source: M9."""
    words = list_of(use)
    if not use.is_text or not words or len(use.values) > FEW_WORDS or use.filled < len(use.values) * REPEATED:
        return None
    said = {"n": len(use.values), "all": f"{use.filled:,}"}
    return Advice("list", _("%(n)s different texts on %(all)s records") % said, words)


def list_of(use):
    """What a list would offer: the texts there are, the commonest first, without fillers."""
    return tuple(text for text, _n in use.values.most_common() if not is_filler(text))


RULES: tuple[Callable, ...] = (hide, optional, later, to_list)


def advise(use):
    """The first rule that says something; None: keep it as it is."""
    if use.rows < ROWS:
        return None
    return next((found for rule in RULES if (found := rule(use))), None)


def is_filler(text):
    """Whether a value only fills the box."""
    return text.strip().casefold() in FILLERS


def _of(n, all_of):
    return {"n": f"{n:,}", "all": f"{all_of:,}"}
