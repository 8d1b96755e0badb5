"""The words of the verbs, and which buttons a person gets where: at most three in a row (D32)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collaboration import rights

CLICKS = ("accept", "agree", "confirm", "approve")  # done by the button itself
TEXTS = ("ask_back", "send_back", "answer")  # one text, asked for beside the button
FIELD = {"ask_back": "question", "send_back": "comment", "answer": "text"}


@dataclass
class Button:
    """`how`: click posts at once, text asks one thing first, more leads to the form on the page."""

    verb: str
    label: str
    how: str
    primary: bool = False
    field: str = ""
    asks: str = ""

    @property
    def path(self):
        return self.verb.replace("_", "-")


def label_of(verb):
    return {
        "accept": _("Accept"), "counter": _("Another date"), "refuse": pgettext("verb", "Refuse"),
        "ask_back": pgettext("verb", "Needs more"), "hand_over": _("Hand over"), "deliver": _("Deliver"),
        "postpone": _("Postpone"), "agree": _("Agree to the date"), "insist": _("Insist on the date"),
        "answer": pgettext("verb", "Answer"), "resubmit": _("Submit again"), "confirm": pgettext("verb", "Confirm"),
        "reopen": _("Reopen"), "withdraw": _("Withdraw"), "close": pgettext("verb", "Close"),
        "approve": _("Approve"), "send_back": _("Send back"),
        "add_step": _("Ask one more"),
    }[verb]  # fmt: skip


def question_of(verb, request):
    """What the one text of a button asks for."""
    asker = request.asker.name if request.asker else request.asker_words
    return {
        "ask_back": _("What do you need from %(name)s?") % {"name": asker},
        "send_back": _("What should be changed?"),
        "answer": request.question,
    }[verb]


def button(verb, request, *, primary=False):
    how = "click" if verb in CLICKS else "text" if verb in TEXTS else "more"
    asks = question_of(verb, request) if how == "text" else ""
    return Button(verb, label_of(verb), how, primary, FIELD.get(verb, ""), asks)


MAIN = ("accept", "approve", "agree", "confirm", "answer", "deliver", "resubmit")
SECOND = ("ask_back", "send_back", "insist")


def buttons_for(request, user, *, now):
    """In a row: the one to do, the question back, and the rest under ⋯."""
    verbs = rights.verbs_for(user, request, now=now)
    first = [button(verb, request, primary=True) for verb in MAIN if verb in verbs][:1]
    second = [button(verb, request) for verb in SECOND if verb in verbs][:1]
    shown = {one.verb for one in [*first, *second]}
    rest = [button(verb, request) for verb in verbs if verb not in shown]
    for one in rest:
        one.how = "more"
    return first + second + rest

