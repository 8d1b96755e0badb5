"""The words of the verbs, and which buttons a person gets where: at most three in a row (D32)."""

import functools
from dataclasses import dataclass

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

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


LABELS = {
    "accept": gettext_lazy("Accept"),
    "counter": gettext_lazy("Another date"),
    "refuse": pgettext_lazy("verb", "Refuse"),
    "ask_back": pgettext_lazy("verb", "Needs more"),
    "hand_over": gettext_lazy("Hand over"),
    "deliver": gettext_lazy("Deliver"),
    "postpone": gettext_lazy("Postpone"),
    "agree": gettext_lazy("Agree to the date"),
    "insist": gettext_lazy("Insist on the date"),
    "answer": pgettext_lazy("verb", "Answer"),
    "resubmit": gettext_lazy("Submit again"),
    "confirm": pgettext_lazy("verb", "Confirm"),
    "reopen": gettext_lazy("Reopen"),
    "withdraw": gettext_lazy("Withdraw"),
    "close": pgettext_lazy("verb", "Close"),
    "approve": gettext_lazy("Approve"),
    "send_back": gettext_lazy("Send back"),
    "add_step": gettext_lazy("Ask one more"),
}


def label_of(verb):
    return _label(verb, get_language())


@functools.cache
def _label(verb, _language):
    """Put into words once a language: a page of the queue has hundreds."""
    return str(LABELS[verb])


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

