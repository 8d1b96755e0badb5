"""One follow-up of a timeline as markup, in one pass: a page has thirty, and a template asks forty names each."""

import functools

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import words as said
from core.markup import format_html, format_html_join
from core.templatetags import words
from customers.models import FollowUp, Need, Topic

LINE = (
    '<li class="ev" id="ev-{pk}"{oob}><span class="ico">{icon}</span><div><p class="ev-h"><b>{head}</b>'
    '<span>{who}</span>{marks}{at}</p>{text}{before}<dl class="ev-k">{facts}</dl>{attached}{comments}{deeds}</div></li>'
)
BEFORE = (
    '<details class="more"><summary class="small muted">{}</summary><p class="ev-t pre muted">{}</p>'
    '<p class="small muted">{}</p></details>'
)

# Kept, as get_feedback_display() and its like make such a dictionary at each call.
FEEDBACK, STATUS, KIND = (dict(each.choices) for each in (FollowUp.Feedback, Need.Status, Topic.Kind))
OK, WARN, MUTED = (format_html(' class="{}"', css) for css in ("ok", "c-warn", "muted"))


def talk_html(follow_up, *, oob="", needs=(), comments=(), attached="", **about):
    """A follow-up with what customers.drawing.talk_context says `about` it. `oob` is the value of hx-swap-oob;
    `attached` is markup of what was done in the same breath."""
    return format_html(
        LINE, pk=str(follow_up.pk), oob=format_html(' hx-swap-oob="{}"', oob) if oob else "",
        icon=words.icon(about["icon"] or "pen"), head=follow_up.purpose or follow_up.get_outcome_display(),
        who=_who(follow_up, about), marks=_joined("<span{}>{}{}</span>", _marks(follow_up, about)),
        at=words.when_dense(follow_up.happened_at),
        text=format_html('<p class="ev-t pre">{}</p>', follow_up.text) if follow_up.text else "",
        before=_before(follow_up.corrects), facts=_joined("<dt>{}{}</dt><dd>{}</dd>", _facts(follow_up, needs)),
        attached=attached, comments=_joined('<p class="note small"><b>{}</b>{} {}</p>', map(_comment, comments)),
        deeds=_deeds(str(follow_up.pk), about),
    )  # fmt: skip


def _joined(pattern, rows):
    return format_html_join("", pattern, rows)


def _who(follow_up, about):
    parts = f"{about['how']} · {follow_up.talked_by.name}"
    if follow_up.contact and follow_up.contact.name:
        parts += f" → {follow_up.contact.name}"
    if about["entered_for"]:
        parts += " · " + _("Entered by %(name)s") % {"name": about["entered_for"].name}
    return parts


def _marks(follow_up, about):
    """(attributes, icon, words) of the small remarks beside who and when."""
    if follow_up.outcome == "no_answer":
        yield "", "", _("No answer")
    if about["in_time"]:
        yield OK, words.icon("check", small=True), _("Logged within %(n)s min") % {"n": about["limit"]}
    elif about["late_by"]:
        yield WARN, "", _("Logged late (%(span)s)") % {"span": words.span(about["late_by"])}
    if about["pressed_at"]:
        yield "", "", _("saved offline at %(time)s") % {"time": f"{timezone.localtime(about['pressed_at']):%H:%M}"}
    elif not follow_up.time_known and follow_up.source != "import":
        yield MUTED, "", _("time of day not given")
    if follow_up.edited_at:
        yield "", "", _("edited")
    if follow_up.corrects_id:
        yield "", "", _("correction")


def _before(corrected):
    if corrected is None:
        return ""
    return format_html(
        BEFORE, _("What it said before"), corrected.text or said.NOTHING, words.when_dense(corrected.happened_at)
    )


def _facts(follow_up, needs):
    """(icon, name, value) of what else was noted."""
    for need in needs:
        what = need.text or (need.topic.words if need.topic else "")
        status = f" · {STATUS.get(need.status, need.status)}" if need.status != "open" else ""
        yield words.icon("need", small=True), KIND.get(need.kind, need.kind), f"{what}{status}"
    if follow_up.feedback and follow_up.feedback != "none":
        yield words.icon("chat", small=True), _("Customer's view"), FEEDBACK.get(follow_up.feedback, follow_up.feedback)
    if follow_up.next_text:
        yield words.icon("next", small=True), pgettext("form", "Next step"), follow_up.next_text
    if follow_up.with_people:
        yield words.icon("people", small=True), _("With"), follow_up.with_people


def _comment(comment):
    lock = format_html(" · {}{}", words.icon("lock", small=True), _("private")) if comment.private else ""
    return comment.by.name, lock, comment.text


@functools.cache
def _link(name):
    """The link of a deed on a follow-up; its key and words are left open."""
    url = reverse(name, args=[0]).replace("0", "{pk}")
    return f'<a class="link" href="{url}" data-dialog>{{words}}</a>'


def _deeds(pk, about):
    links = []
    if about["may_edit"] or about["may_correct"]:
        word = _("Edit") if about["may_edit"] else _("Correct")
        links.append(format_html(_link("customers:talk_edit") + " ", pk=pk, words=word))
    if about["may_comment"]:
        links.append(format_html(_link("customers:talk_comment"), pk=pk, words=_("Comment")))
    return format_html('<p class="small">{}</p>', _joined("{}", ((link,) for link in links))) if links else ""
