"""What a new request starts with, and sending it (ux §3.3: 30 seconds from a deal)."""

from dataclasses import dataclass

from collaboration.models import RequestKind
from collaboration.own import own_of
from collaboration.raising import raise_request
from collaboration.rights import department_of
from core.asked import number
from core.text import name_key
from customers.models import Customer
from pipeline.models import Deal, Risk


@dataclass
class About:
    """What it is about, as far as the person may see it; what he may not see is simply not there."""

    customer: Customer | None = None
    deal: Deal | None = None


def about(user, given):
    deal = _one(Deal.objects.visible_to(user).select_related("customer", "stage"), given.get("deal"))
    customer = deal.customer if deal else _one(Customer.objects.visible_to(user), given.get("customer"))
    return About(customer, deal)


def kind_of(kinds, about, given):
    """The kind to begin with: the one asked for; of a risk the one whose words or department it names (需对接财务部),
    asked before approved; else the first."""
    kinds = list(kinds)
    if chosen := next((kind for kind in kinds if kind.code == given.get("kind")), None):
        return chosen
    risk = risk_of(about, given)
    text = str(risk).casefold() if risk else ""

    def named(kind):
        own = [kind.label, kind.label_en, *kind.synonyms.split(",")]
        places = kind.department_words.split(",")
        return next((n for n, words in enumerate((own, places)) for word in words if word.strip()
                     and word.strip().casefold() in text), 2)  # fmt: skip

    return min(kinds, key=lambda kind: (named(kind), kind.is_approval, kind.position, kind.pk), default=None)


def risk_of(about, given):
    return _one(Risk.objects.filter(deal=about.deal), given.get("risk")) if about.deal else None


def known_names(user):
    """The names offered while a seller types a customer: his own, the latest first."""
    if not user.sells:
        return []
    rows = Customer.objects.visible_to(user).live().order_by("-last_contact_at", "-id")
    return list(rows.values_list("name", flat=True)[:50])


def named(user, name):
    """The one customer of his that a typed name means, or None: then it is kept as text."""
    if not user.sells or not name.strip():
        return None
    found = list(Customer.objects.visible_to(user).filter(name_key=name_key(name))[:2])
    return found[0] if len(found) == 1 else None


def first_words(kind, about, given, *, user):
    """The kind's template; what was typed already stays; a risk becomes the title (R58)."""
    words = {name: given[name] for name in given if given[name] and name not in ("customer", "deal", "key")}
    templates = {kind.template, kind.template_en} if kind else set()
    typed = words.get("description", "").replace("\r\n", "\n")
    if kind and (not typed or given.get("template") == typed or typed in templates):
        words["description"] = kind.form_text
    for one in own_of(kind, user, new=True) if hasattr(given, "getlist") else ():
        if one.kind == one.Kind.CHOICES and one.slug in words:
            words[one.slug] = given.getlist(one.slug)
    if kind:
        words |= {"kind": kind.code, "standard": _standard(kind, words.get("standard", ""))}
        place = department_of(kind)
        if place and (given.get("template") is not None or not words.get("department")):
            words["department"] = place.pk  # a change of kind changes the department
    if risk := risk_of(about, given):
        words.setdefault("title", str(risk)[:120])
    if about.customer and kind:
        words.setdefault("title", f"{about.customer.name} · {kind.words}"[:120])
    words.setdefault("priority", "normal")
    return words


def _standard(kind, typed):
    """What counts as done: what was typed, else the kind's; that of another kind was typed by nobody."""
    typed = typed.replace("\r\n", "\n")
    if not typed or RequestKind.objects.filter(standard=typed).exists():
        return kind.standard
    return typed


def send(form, about, *, by, now):
    said = form.cleaned_data
    kind = said["kind"]
    custom = form.own_patch()
    customer = about.customer or named(by, said.get("customer_name", ""))
    if kind.makes_customer:
        custom["lead"] = {"contact": said.get("lead_contact", ""), "phone": said.get("lead_phone", "")}
    return raise_request(
        by=by, now=now, department=said["department"], kind=kind, title=said["title"],
        description=said["description"], needed_by=said["needed_by"], priority=said["priority"],
        urgent_why=said["urgent_why"], customer=customer, deal=about.deal,
        customer_name=said.get("customer_name", ""), standard=said.get("standard", kind.standard),
        watchers=said["watchers"], reference=said.get("reference", ""), custom=custom,
    )  # fmt: skip


def _one(rows, key):
    return rows.filter(pk=number(key)).first()
