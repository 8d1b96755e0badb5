"""The fragments a deed sends back with htmx (ux §3.1): what changed, and everything whose number changed."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.switches import in_time
from core import words
from core.periods import today
from customers.correcting import may_comment, may_correct, may_edit


def date_words(on):
    """3月8日 or 8 Mar, as text: for sentences of toasts and strips."""
    return words.day_plain(on, today(), get_language())


def words_of_plan(on, text):
    """What is said after a log."""
    if on is None:
        return _("Logged.")
    return _("Logged. Next: %(date)s %(text)s") % {"date": date_words(on), "text": text}


def talk_context(follow_up, user, *, now, in_time, choices):
    """What _followup.html shows of one follow-up beside its own fields; `in_time` is a timedelta (D25)."""
    late_by = follow_up.entered_at - follow_up.happened_at
    known = follow_up.time_known and follow_up.source != "import"
    return {
        "in_time": known and late_by <= in_time, "in_time_minutes": int(in_time.total_seconds() // 60),
        "late_by": late_by if known and late_by > in_time else None,
        "how": choices.method_words(follow_up.methods), "icon": choices.method_icon(follow_up.methods),
        "may_edit": may_edit(follow_up, user, now), "may_correct": may_correct(follow_up, user, now),
        "may_comment": may_comment(follow_up, user),
        "entered_for": follow_up.entered_by if follow_up.entered_by_id != follow_up.talked_by_id else None,
    }


def saved_parts(request, follow_up, offer, *, again=None, stage=False):
    """The answer of a saved log: the drawer's new content, then the parts out of band."""
    deals = {str(pk): pk for pk, _label in offer.deals}
    deal = deals.get(request.POST.get("deal")) or (next(iter(deals.values())) if len(deals) == 1 else None)
    closed = [step for step in offer.steps if str(step.pk) in request.POST.getlist("steps")]
    customer = follow_up.customer
    steps = [step for step in customer.steps.open().select_related("owner")]
    context = {
        "customer": customer, "follow_up": follow_up, "needs": list(follow_up.needs.select_related("topic")),
        "choices": offer.choices, "closed": closed, "steps": steps, "again": again, "fresh": True,
        "move_url": reverse("pipeline:move", args=[deal]) if stage and deal else "",
        "said": words_of_plan(*_plan_of(follow_up, steps)), "owed_changed": getattr(customer, "is_owed", False),
        **talk_context(follow_up, request.user, now=timezone.now(), in_time=in_time(), choices=offer.choices),
        **(again or {}),
    }
    return render_to_string("customers/_logged.html", context, request)


def _plan_of(follow_up, steps):
    mine = next((step for step in steps if step.follow_up_id == follow_up.pk), None)
    return (mine.due_on, mine.text) if mine else (None, "")
