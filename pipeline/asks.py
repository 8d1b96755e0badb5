"""What the form of a stage asks (R8, R19): the fields every deal has, and the questions of its playbook's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.models import FieldDefinition
from pipeline.models.stage import in_language
from pipeline.playbooks import Playbooks

ASK, IF_EMPTY, NO = "ask", "if_empty", "no"
CHOICES = [(ASK, _("Ask")), (IF_EMPTY, _("Ask only if empty")), (NO, _("Do not ask"))]
OF_ALL = {
    "key_action": _("Key action"), "expected_close": _("Expected close"), "amount": _("Amount"),
    "competitor": _("Competitor"), "risk_type": _("Risk"), "tag": _("Tag"), "needs": _("Open needs"),
}  # fmt: skip
SAME = {"risk": "risk_type", "risk_text": "risk_type"}  # fields of a form that one answer decides


def own_name(code):
    return f"own_{code}"


def asked_in(playbook):
    """{name: label} of everything a stage of this playbook may ask."""
    own = {own_name(row["code"]): in_language(row["label"], row["label_en"]) for row in playbook.own_fields}
    return OF_ALL | own


def is_asked(stage, name, *, filled=False):
    """Whether the form at `stage` asks for a field of that name, which holds something already or not."""
    how = (stage.asks or {}).get(SAME.get(name, name), ASK)
    return how == ASK or how == IF_EMPTY and not filled


def add_own(form, playbook, answers):
    """The playbook's own questions as fields of a form; `answers` is Deal.custom."""
    for row in playbook.own_fields:
        form.fields[own_name(row["code"])] = forms.CharField(
            label=in_language(row["label"], row["label_en"]), max_length=200, required=False,
            initial=(answers or {}).get(row["code"], ""),
        )  # fmt: skip


def own_answers(form, playbook, answers):
    """Deal.custom with what was typed; an empty answer goes."""
    found = dict(answers or {})
    for row in playbook.own_fields:
        name = own_name(row["code"])
        if name in form.cleaned_data:
            found[row["code"]] = form.cleaned_data[name].strip()
    return {code: value for code, value in found.items() if value not in ("", None)}  # beside them are custom fields


def questions(playbook):
    """The playbook's own questions as fields, for two answers to be compared."""
    found = []
    for row in playbook.own_fields:
        one = FieldDefinition(slug=row["code"], label=row["label"], label_en=row["label_en"], kind="text")
        one.form_name = own_name(row["code"])
        found.append(one)
    return found


def answers_of(deal):
    """[(label, answer)] of a deal's own questions, in the reader's language."""
    book = next((book for book in Playbooks.load().all if book.pk == deal.playbook_id), None)
    rows = book.own_fields if book and deal.custom else []
    return [
        (in_language(row["label"], row["label_en"]), text) for row in rows if (text := deal.custom.get(row["code"]))
    ]
