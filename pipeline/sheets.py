"""The stage table (销售阶段进度表), and the deal's columns that customers' sheets may carry too (D15, D46)."""

from django.utils.translation import gettext_lazy as _

from core.periods import today
from core.text import plain
from customers import cells
from customers import sheets as base
from customers.cells import YEAR_CHOSEN
from exchange import parsing
from exchange.holding import holder
from exchange.owncolumns import columns_of
from exchange.parsing import NOT_ALLOWED
from exchange.problems import Wrong, gettext_noop
from exchange.sheets import KEY, Column, Sheet, extend, grow, register
from pipeline import own
from pipeline.exporting import deals_of, progress_rows
from pipeline.importing import DealPart
from pipeline.importing_asks import reasons
from pipeline.models import Deal, Stage

TAG_ONLY = gettext_noop("Only the tag is given; the stage stays as it is.")


def stages(run):
    return run.once("stages", lambda: list(Stage.objects.filter(playbook__is_default=True).order_by("position", "pk")))


def stage(value, run, record):
    """ "高意向(商务谈判)" is tag and stage, either order; "商务谈判" the stage, "高意向" the tag alone (R23, B23)."""
    if parsing.is_nothing(value):
        value = record.values.get("stage_words", "")
        if not value:
            return None
    first, second = parsing.tag_and_stage(value)
    words = run.once("stage words", lambda: stage_words(stages(run)))
    found = [words.get(plain(part)) for part in (second, first) if part]
    tags = [cells.TAGS.get(plain(part)) for part in (first, second) if part]
    tag = next((one for one in tags if one), None)
    if tag and (second or not any(found)):
        record.values["tag"] = tag
    one = next((stage for stage in found if stage), None)
    unknown = [p for p in (first, second) if p and plain(p) not in words and plain(p) not in cells.TAGS]
    if unknown:
        raise Wrong(NOT_ALLOWED, value=unknown[-1], allowed=[s.label for s in stages(run) if not s.retired_at])
    if one is None and tag in ("won", "lost"):
        one = next((s for s in stages(run) if s.kind == tag and not s.retired_at), None)
    if one is None:
        record.flag("stage", TAG_ONLY)
    return one


def stage_words(known):
    words = {}
    for one in known:
        if not one.retired_at:
            for name in (one.label, one.label_en, f"{one.position} {one.label}", f"{one.position}.{one.label}"):
                if name.strip():
                    words.setdefault(plain(name), one)
    for one in known:
        if not one.retired_at and one.short and plain(one.short) not in cells.TAGS:
            words.setdefault(plain(one.short), one)
    return words


def stage_choices():
    """What the template's cells say: the tag with the stage in brackets."""
    found = Stage.objects.filter(playbook__is_default=True, retired_at=None).order_by("position", "pk")
    return [f"{cells.tag_word(one.default_tag)}({one.label})" if one.default_tag else one.label for one in found]


def day(field, *, plan=False):
    def parse(value, run, record):
        found = parsing.date(value, today=run.today, from_day=plan_from(record, run) if plan else None)
        if found and found.year_chosen:
            record.flag(field, YEAR_CHOSEN, date=found.day.isoformat())
        return found

    return parse


def plan_from(record, run):
    """A plan without a year is the first such date on or after its row's own time (D46)."""
    own = next((record.values[f] for f in ("entered", "happened", "asked") if record.values.get(f)), None)
    return own.day if own else today(run.now)


STAGE = Column(
    "stage",
    ("所属阶段", "Stage"),
    stage,
    width=22,
    choices=stage_choices,
    synonyms=("阶段", "销售阶段", "进度", "客户阶段", "商机阶段", "当前阶段", "sales stage", "pipeline stage"),
)
ENTERED = Column(
    "entered",
    ("阶段进入时间", "In stage since"),
    day("entered"),
    fill=False,
    kind="date",
    synonyms=("进入时间", "进入阶段时间", "阶段时间", "stage since", "entered on"),
)
CLOSE = Column(
    "expected_close",
    ("预计成交时间", "Expected close"),
    day("expected_close", plan=True),
    fill=False,
    kind="date",
    synonyms=("预计成交", "预计成交日期", "预计签约时间", "预计签约", "close date", "expected close date"),
)
ACTION = Column(
    "key_action",
    ("关键动作(如“合同待审批”“样品已寄送”)", "Key action"),
    cells.words(200),
    width=40,
    synonyms=("关键动作", "动作"),
)
RISK = Column(
    "risk",
    ("当前风险(如“客户预算不足”“竞品介入”)", "Current risk"),
    cells.words(200),
    width=40,
    synonyms=("风险", "当前风险", "risk"),
)
AMOUNT = Column(
    "amount",
    ("金额", "Amount"),
    cells.money,
    kind="money",
    synonyms=("预计金额", "商机金额", "预计成交金额", "合同额", "报价", "deal amount", "value"),
)
DEAL = Column(
    "deal", ("商机", "Deal"), cells.words(120), synonyms=("商机名称", "项目", "项目名称", "deal name", "opportunity")
)
def lost_reason(value, run, record):
    """One of the reasons an admin set up, in either language."""
    if parsing.is_nothing(value):
        return None
    known = run.once("reasons", reasons)
    words = {plain(word): one for one in known for word in (one.label, one.label_en) if word}
    return parsing.choose(value, words, [one.label for one in known])


MORE = [
    Column(
        "lost_reason", ("丢单原因", "Lost reason"), lost_reason, choices=lambda: [one.label for one in reasons()],
        synonyms=("流失原因", "输单原因", "loss reason"),
    ),
    Column("signed_on", ("签约日期", "Signed on"), day("signed_on"), fill=False, kind="date", synonyms=("签约时间",)),
    Column("contract_amount", ("合同金额", "Contract amount"), cells.money, kind="money", synonyms=("签约金额",)),
]

stage_progress = Sheet(
    slug="stage-progress",
    title=_("Stage progress"),
    name=("销售阶段进度表", "Stage progress"),
    columns=[
        Column(
            "rep",
            ("销售代表", "Sales rep"),
            cells.person,
            person=True,
            fill=False,
            synonyms=("销售", "业务员", "rep", "salesperson"),
        ),
        base.CUSTOMER,
        STAGE,
        ENTERED,
        CLOSE,
        ACTION,
        RISK,
        Column("owner", ("责任人", "Owner"), cells.person, person=True, fill=False, synonyms=("负责人", "跟进人")),
    ],
    extra=[
        DEAL,
        AMOUNT,
        *MORE,
        base.INDUSTRY,
        base.SIZE,
        base.CONTACT,
        base.PHONE,
        base.TAG,
        Column(KEY, (KEY, KEY), cells.row_key("D", "deal_key")),
    ],
    parts=[base.CUSTOMER_PART, base.CONTACT_PART, DealPart(), base.TAG_PART],
    marks=frozenset({"stage", "entered", "expected_close", "key_action", "risk"}),
    rows=progress_rows,
    queryset=deals_of,
    records=lambda user: Deal.objects.visible_to(user),
    fixed=frozenset({"customer"}),
    list_url="pipeline:table",
)


def plug():
    """From apps.py: the stage table, and the deal's columns for the sheets of customers."""
    register(stage_progress)
    grow(stage_progress.slug, lambda known: columns_of(known.fields(own.OF)))
    holder(own.OF, _("Deals"), has_value=own.has_value, counts=own.counts, values=own.values, rewrite=own.rewrite,
           columns=lambda: stage_progress.all_columns)  # fmt: skip
    part = stage_progress.parts[2]
    for slug in ("follow-ups", "customers"):
        extend(slug, part, [STAGE, ENTERED, CLOSE, ACTION, RISK, AMOUNT, DEAL, *MORE])
