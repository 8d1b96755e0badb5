"""Deals, requests and the month's figures for programs: the forms and verbs of their pages."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.rights import may_see_pipeline
from collaboration import asking, life, reading, rights, verbs
from collaboration.filters import QueueFilter
from collaboration.forms.new import RequestForm, kinds_for
from collaboration.forms.verbs import form_for
from collaboration.models import CollaborationRequest
from core.asked import number
from core.changing import change
from core.errors import NotAllowed
from customers.models import Customer, Need
from customers.needs import close_needs
from customers.staleness import Rule
from pipeline.deals import save_deal
from pipeline.filters import DealFilter
from pipeline.forms import DealForm, LoseForm, MoveForm
from pipeline.models import Deal
from pipeline.moving import Move, move_many
from pipeline.opening import open_deal
from pipeline.playbooks import Playbooks
from pipeline.views.deals import places_to_open
from pipeline.views.move import one_deal, prefill
from reviews.reading import NoSuchReview, read_review
from salesflow.api import shapes
from salesflow.api.asking import checked, fetch, filled, listed
from salesflow.api.door import Problem, invalid

FIGURES = ("stages", "balance", "signed", "new_customers", "before", "time", "won", "lost", "rates", "payments")


def _sells(call):
    if not may_see_pipeline(call.user):
        raise NotAllowed


def _deals(call):
    _sells(call)
    return Deal.objects.visible_to(call.user).select_related("customer", "stage", "rep", "owner")


def deals(call):
    rule = replace(Rule.load(), limits=Playbooks.load().limits)
    return listed(call, _deals(call), shapes.deal, DealFilter, rule=rule)


def deal(call, pk):
    return shapes.deal(fetch(_deals(call), pk=pk), call.user)


def deal_new(call):
    """In the first open stage of the default playbook, or the `stage` that is sent."""
    _sells(call)
    sent = dict(call.sent)
    key, asked = number(str(sent.pop("customer", 0))) or 0, sent.pop("stage", None)
    customer = fetch(Customer.objects.visible_to(call.user).live(), pk=key)
    stages = [stage for _book, line in places_to_open() for stage in line]
    stage = next((one for one in stages if asked in (None, one.pk)), None)
    if stage is None:
        raise Problem(422, errors={"stage": [_("A deal does not begin there.")]})
    initial = {"rep": customer.owner_id, "owner": customer.owner_id}
    options = {"user": call.user, "customer": customer, "stage": stage}
    form = checked(DealForm(filled(DealForm(initial=initial, **options), sent), **options))
    fields = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    made = open_deal(customer, by=call.user, now=call.now, stage=stage, **fields)
    return deal(call, made.pk)


def deal_edit(call, pk):
    expect, one = call.version(), fetch(_deals(call), pk=pk)
    options = {"user": call.user, "customer": one.customer, "stage": Playbooks.stage(one.stage_id)}
    initial = {"key_action": one.key_action[:80], "risk": one.risk[:120]}
    data = filled(DealForm(instance=one, initial=initial, **options), call.sent)
    form = checked(DealForm(data, instance=fetch(_deals(call), pk=pk), initial=initial, **options))
    save_deal(fetch(_deals(call), pk=pk), form, by=call.user, now=call.now, expect=expect)
    return deal(call, pk)


def deal_move(call, pk):
    """Into the stage `to`; `from` is the stage the program saw. What the stage asks is asked here as well."""
    found = _one_to_move(call, pk)
    stage = Playbooks.stage(number(str(call.sent.get("to", 0))) or 0)
    if stage is None or stage.playbook_id != found.playbook_id or stage.kind == "lost":
        raise Problem(422, errors={"to": [_("There is no such stage; a deal is lost at /lose.")]})
    options = {"deal": found, "to": stage, "now": call.now, "by": call.user}
    data = filled(MoveForm(initial=prefill(found), **options), call.sent, also=("to",))
    form = checked(MoveForm(data, **options))
    asked = form.read()
    _carry_out(call, asked, form)
    if needs := form.cleaned_data.get("needs"):
        close_needs(found.customer, needs, Need.Status.ANSWERED, by=call.user, now=call.now)
    if (custom := form.custom()) != asked.deal.custom:
        change(asked.deal, by=call.user, custom=custom)
    return deal(call, pk)


def deal_lose(call, pk):
    found = _one_to_move(call, pk)
    form = checked(LoseForm(filled(LoseForm(initial={"frm": found.stage_id}), call.sent)))
    said = dict(form.cleaned_data)
    said["expected"] = said.pop("frm")
    _carry_out(call, Move(found, Playbooks.load().lost(found.playbook_id), **said), form)
    return deal(call, pk)


def _one_to_move(call, pk):
    """Locked, in the stage the program saw; else 409 with who moved it."""
    _sells(call)
    seen = number(str(call.sent.get("from", 0)))
    if not seen:
        raise Problem(422, errors={"from": [_("The stage you read is needed.")]})
    call.request.POST["from"] = str(seen)
    call.request.POST["to"] = str(call.sent.get("to", ""))
    return one_deal(call.request, pk, to=call.request.POST["to"])


def _carry_out(call, move, form):
    try:
        move_many([move], by=call.user, now=call.now, is_held=True)
    except ValidationError as missing:
        for name, sentences in missing.message_dict.items():
            form.add_error(name if name in form.fields else None, sentences)
        raise invalid(form) from None


def _requests(call):
    rows = CollaborationRequest.objects.visible_to(call.user)
    return rows.select_related("kind", "asker", "person", "department")


def requests(call):
    return listed(call, _requests(call), shapes.request, QueueFilter, key="number")


def request(call, number):
    return shapes.request(fetch(_requests(call), number=number), call.user)


def request_new(call):
    if not rights.may_raise(call.user):
        raise NotAllowed
    sent = dict(call.sent)
    given = {name: str(sent[name]) for name in ("customer", "deal", "kind") if name in sent}
    about = asking.about(call.user, given)
    if (about.customer is None and "customer" in sent) or (about.deal is None and "deal" in sent):
        raise Http404
    sent.pop("customer", None), sent.pop("deal", None)
    kind = asking.kind_of(kinds_for(call.user), about, given)
    options = {"by": call.user, "kind": kind, "has_customer": about.customer is not None, "now": call.now}
    data = filled(RequestForm(**options), sent)
    form = checked(RequestForm(data, MultiValueDict(), **options))
    return request(call, asking.send(form, about, by=call.user, now=call.now).number)


def request_act(call, number, verb):
    """Every verb of a request's page; `state` is the one the program saw."""
    verb = verb.replace("-", "_")
    if verb not in life.VERBS:
        raise Http404
    one = fetch(CollaborationRequest.objects.visible_to(call.user).with_faces(), number=number)
    rights.require_right(call.user, one, verb, now=call.now)
    if call.sent.get("state", one.state) != one.state:
        raise life.refusal(one, now=call.now)
    life.require(one, verb, now=call.now)
    data = filled(form_for(verb, one, by=call.user, now=call.now), call.sent, also=("state",))
    form = checked(form_for(verb, one, by=call.user, data=data))
    getattr(verbs, verb)(one, by=call.user, now=call.now, **reading.given(form.cleaned_data))
    seen = _requests(call).filter(number=number).first()  # handed over, it may be somebody else's now
    return shapes.request(seen, call.user) if seen else {"number": number}


def month(call, code):
    """The month's figures of a scope one may read (?scope=team-3; one's first without), frozen where it has closed."""
    try:
        found = read_review(call.user, "month", code, call.request.GET.get("scope", ""), now=call.now)
    except NoSuchReview:
        raise Http404 from None
    figures = {name: found.figures[name] for name in FIGURES if name in found.figures}
    scopes = [{"code": scope.code, "name": scope.name} for scope in found.scopes]
    return {
        "period": found.period.code, "scope": found.scope.code, "scopes": scopes, "as_of": found.as_of,
        "frozen": found.frozen, "figures": figures,
    }  # fmt: skip
