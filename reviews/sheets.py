"""The table of targets as a workbook: a row for each place and metric, a quarter and its three months (R9, S17)."""

from django.utils.translation import gettext_lazy as _

from core.periods import read_period
from core.text import plain
from exchange import parsing
from exchange.parsing import NOT_ALLOWED
from exchange.problems import Wrong, gettext_noop
from exchange.sheets import KEY, Column, Sheet, register
from reviews.columns import labels, offered
from reviews.exporting import Grid, target_rows
from reviews.importing import TargetPart, key_cell, level_words, metric_words
from reviews.models import Scope as Kind
from reviews.scopes import read_stages, survey

NO_QUARTER = gettext_noop("“%(value)s” is not a quarter. Write it as 2024-Q1.")


def quarter(text, run, record):
    """2024-Q1, 2024Q1, 2024年第1季度 as a Period."""
    if parsing.is_nothing(text):
        return None
    typed = plain(text).upper().replace("年", "-").replace("第", "Q").replace("季度", "").replace(" ", "")
    typed = typed.replace("-Q", "Q").replace("Q", "-Q")
    try:
        found = read_period(typed)
    except ValueError as wrong:
        raise Wrong(NO_QUARTER, value=text) from wrong
    if found.kind != "quarter":
        raise Wrong(NO_QUARTER, value=text)
    return found


def level(text, run, record):
    if parsing.is_nothing(text):
        return None
    return parsing.choose(text, run.once("level words", level_words), [str(kind.label) for kind in Kind])


def metric(text, run, record):
    """[(metric, detail)…] of the words of one: several when two playbooks name a stage alike."""
    if parsing.is_nothing(text):
        return None
    words = run.once("metric words", lambda: metric_words(run.once("survey", survey).stages))
    found = words.get(plain(text))
    if found is None:
        raise Wrong(NOT_ALLOWED, value=text, allowed=[str(label) for label in labels().values()])
    return found


def as_typed(text, run, record):
    return text


def words(limit):
    return lambda text, run, record: "" if parsing.is_nothing(text) else parsing.text(text, limit)


def amount(field, name, *synonyms):
    return Column(field, name, as_typed, fill=False, kind="money", synonyms=synonyms)


targets = Sheet(
    slug="targets",
    title=_("Targets"),
    name=("目标分解表", "Targets"),
    columns=[
        Column("period", ("季度", "Quarter"), quarter, required=True, width=10, synonyms=("周期", "期间", "period")),
        Column("level", ("层级", "Level"), level, required=True, width=12, synonyms=("范围", "scope"),
               choices=lambda: [str(kind.label) for kind in Kind]),
        Column("place", ("团队或个人", "Team or person"), words(200), required=True, width=20,
               synonyms=("名称", "部门或团队", "team", "place")),
        Column("metric", ("目标项", "Target"), metric, required=True, width=24, synonyms=("目标", "指标", "metric"),
               choices=lambda: [label for _key, label, *_rest in offered(read_stages())]),
        amount("quarter", ("季度目标值", "Quarter target"), "季度目标"),
        amount("month1", ("第一个月", "Month 1"), "第1个月", "首月"),
        amount("month2", ("第二个月", "Month 2"), "第2个月", "次月"),
        amount("month3", ("第三个月", "Month 3"), "第3个月", "末月"),
        Column("reason", ("调整原因", "Reason of the change"), words(200), width=40, synonyms=("原因", "reason")),
    ],
    extra=[Column(KEY, (KEY, KEY), key_cell)],
    parts=[TargetPart()],
    marks=frozenset({"metric", "quarter", "month1", "month2", "month3", "level"}),
    rows=target_rows,
    queryset=Grid.of,
    list_url="reviews:targets_home",
)


def plug():
    register(targets)
