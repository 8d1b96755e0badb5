"""What a deal's card says about its requests (D18): a hold for an approval, who is waited for, what came back."""

from django.urls import reverse
from django.utils import translation

from accounts.calendar import Calendar
from collaboration.clocks import span_words
from pipeline.models import CardNote, Stage
from pipeline.notes import lift_notes, place_note


def source_of(request):
    return f"request {request.number}"


def show(request, *, now):
    """Write the note that fits the state, instead of the one that stood. Requests without a deal show nothing."""
    if not request.deal_id:
        return
    lift_notes(source_of(request), now=now)
    if request.kind.is_approval and request.state in ("submitted", "waiting"):
        _place(request, "hold", holding(request), now=now, stage=stage_asked(request))
    elif request.state in ("submitted", "accepted", "countered", "waiting"):
        _place(request, "waiting", waiting(request), now=now)
    elif request.state in ("delivered", "done"):
        stage = stage_asked(request) if request.kind.is_approval else None
        _place(request, "good", news(request), now=now, stage=stage)
    elif request.state in ("refused", "withdrawn"):
        _place(request, "bad", ended(request), now=now)


def clear(request, *, now):
    """End all its cards say: the request is gone with the move that raised it."""
    lift_notes(source_of(request), now=now)


def age(request, *, now):
    """Say on the hold how long the approval has lain where it is: 合同审批中 · 法务部 3 小时."""
    minutes = Calendar.load().working_minutes(request.held_since or request.asked_at, now)
    zh, en = holding(request)
    with translation.override("zh-hans"):
        zh = f"{zh} {span_words(minutes)}"
    with translation.override("en"):
        en = f"{en} {span_words(minutes)}"
    rows = CardNote.objects.filter(source=source_of(request), kind="hold", until=None)
    rows.exclude(words=zh[:120]).update(words=zh[:120], words_en=en[:120])


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


def _place(request, kind, words, *, now, stage=None):
    link = reverse("collaboration:page", args=[request.number])
    place_note(request.deal, kind, words[0], words[1], source=source_of(request), link=link, now=now, stage=stage)
