"""What a deal's card says about its requests (D18): a hold for an approval, who is waited for, what came back."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.calendar import Calendar
from collaboration import waiting as waiting_cost
from collaboration.clocks import span_words
from collaboration.models import RequestInterval
from core.periods import day_start
from pipeline.models import CardNote, Stage
from pipeline.notes import lift_notes, place_note, place_notes


def source_of(request):
    return f"request {request.number}"


def show(request, *, now):
    """Write the note that fits the state, instead of the one that stood. Requests without a deal show nothing."""
    if not request.deal_id:
        return
    lift_notes(source_of(request), now=now)
    if note := note_of(request):
        kind, words, stage = note
        place_note(
            request.deal, kind, *words, source=source_of(request), link=link_of(request), now=now, stage=stage
        )


def show_many(requests, *, now):
    """The same for many that hold nothing back (no approvals): four statements and one more a kind of note."""
    about = [request for request in requests if request.deal_id]
    if not about:
        return
    lift_notes(*map(source_of, about), now=now)
    found = []
    for request in about:
        if note := note_of(request):
            kind, (words, words_en), stage = note
            found.append(CardNote(
                deal_id=request.deal_id, kind=kind, words=words[:120], words_en=words_en[:120], stage=stage, since=now,
                source=source_of(request), link=link_of(request),
            ))  # fmt: skip
    place_notes(found, now=now)


def note_of(request):
    """(kind of note, (中文, English), the stage it is about or None); None where a state says nothing."""
    if request.kind.is_approval and request.state in ("submitted", "waiting"):
        return "hold", holding(request), stage_asked(request)
    if request.state in ("submitted", "accepted", "countered", "waiting"):
        return "waiting", waiting(request), None
    if request.state in ("delivered", "done"):
        return "good", news(request), stage_asked(request) if request.kind.is_approval else None
    if request.state in ("refused", "withdrawn"):
        return "bad", ended(request), None
    return None


def age_all(requests, *, now):
    """Say on the cards what waiting has cost (M11): how long an approval has lain where it is, how long the deal has
    waited for departments in all. The weekly meeting shows the same words. `requests` come with faces and
    steps; a fixed number of queries, and one for 500 notes whose words are others now."""
    minutes = waiting_cost.Counted(Calendar.load())
    by_source = {source_of(request): request for request in requests}
    standing = CardNote.objects.filter(kind__in=["hold", "waiting"], until=None)
    about = standing.filter(deal__in={request.deal_id for request in requests})
    held = RequestInterval.objects.filter(request__deal__in=about.order_by().values("deal"))
    stretches = waiting_cost.read_stretches(held, day_start(waiting_cost.FIRST_DAY), now)
    costs = dict(waiting_cost.grouped_costs(stretches, lambda one: one.deal, minutes))
    changed = []
    for note in about:
        if note.source not in by_source:
            continue
        request, cost = by_source[note.source], costs.get(note.deal_id)
        here = minutes(request.held_since or request.asked_at, now)
        words = [_aged(note.kind, request, here, cost.minutes if cost else 0, code) for code in ("zh-hans", "en")]
        if [note.words, note.words_en] != words:
            note.words, note.words_en = words
            changed.append(note)
    CardNote.objects.bulk_update(changed, ["words", "words_en"], batch_size=500)


def _aged(kind, request, here, in_all, language):
    """合同审批中 · 法务部 3 小时 · 共等 2 天; 等技术部 · R-318 技术评估 · 已等 2 天."""
    with translation.override(language):
        place = {"zh-hans": 0, "en": 1}[language]
        if kind == "hold":
            words = f"{holding(request)[place]} {span_words(here)}"
            more = _(" · %(time)s of waiting in all") if in_all > here else ""
        else:
            words, more = waiting(request)[place], _(" · waited %(time)s") if in_all else ""
        return f"{words}{more % {'time': span_words(in_all)} if more else ''}"[:120]


def clear(request, *, now):
    """End all its cards say: the request is gone with the move that raised it."""
    lift_notes(source_of(request), now=now)


def stage_asked(request):
    """The gated stage an approval was raised for (pipeline/entering.py), or None."""
    key = request.custom.get("stage")
    return Stage.objects.filter(pk=key).first() if key else None


def holding(request):
    """(中文, English): 合同审批中 · 法务部. How long is said by the card, from the note's start."""
    kind, kind_en = request.kind.label, request.kind.label_en or request.kind.label
    if request.state == "waiting" and not request.steps.all():  # its files were never there
        return f"{kind} {request.code} · 待补充", f"{kind_en} {request.code} · needs more"
    if request.state == "waiting":
        return f"{kind} {request.code} · 退回修改", f"{kind_en} {request.code} · sent back"
    step = next((step for step in request.steps.all() if step.state == "waiting"), None)
    zh, en = places(step.department) if step and step.department else (step.who, step.who) if step else ("", "")
    return f"{kind}中 · {zh}", f"In {kind_en.lower()} · {en}"


def waiting(request):
    """等技术部 · R-318 技术评估; on the asker's side what is asked of him."""
    kind, kind_en = request.kind_words or request.kind.label, request.kind_words or request.kind.label_en
    zh, en = places(request.department)
    if request.state == "waiting":
        return f"{zh} 待补充 · {request.code} {kind}", f"{en} needs more · {request.code} {kind_en}"
    if request.state == "countered":
        return f"{zh} 待确认改期 · {request.code} {kind}", f"{en} proposes a date · {request.code} {kind_en}"
    return f"等{zh} · {request.code} {kind}", f"With {en} · {request.code} {kind_en}"


def news(request):
    kind, kind_en = request.kind_words or request.kind.label, request.kind_words or request.kind.label_en
    if request.kind.is_approval:
        return f"{kind}已通过 · {request.code}", f"{kind_en} given · {request.code}"
    zh, en = places(request.department)
    return f"{zh}已交付 · {request.code} {kind}", f"{en} delivered · {request.code} {kind_en}"


def ended(request):
    """合同审批已撤回 · R-318; 技术部已拒绝 · R-318 技术评估."""
    kind, kind_en = request.kind_words or request.kind.label, request.kind_words or request.kind.label_en
    if request.state == "withdrawn":
        return f"{kind}已撤回 · {request.code}", f"{kind_en} withdrawn · {request.code}"
    zh, en = places(request.department)
    return f"{zh}已拒绝 · {request.code} {kind}", f"{en} refused · {request.code} {kind_en}"


def places(department):
    return department.name, department.name_en or department.name


def link_of(request):
    return reverse("collaboration:page", args=[request.number])
