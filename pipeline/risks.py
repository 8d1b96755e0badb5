"""Current risk (当前风险) of deals: opened and closed, never overwritten; the newest open one in words on the deal."""

from activity.recording import record_many
from core.writing import write_rows
from pipeline.models import Risk


def open_many(risks, *, by, now):
    """Open a risk each for a list of (deal, type or None, text, severity). The same words while open open nothing."""
    risks = [
        (deal, kind, (text or "").strip()[:200], severity or Risk.Severity.MEDIUM)
        for deal, kind, text, severity in risks
    ]
    risks = [row for row in risks if row[1] or row[2]]
    if not risks:
        return []
    already = {
        (deal, kind, text)
        for deal, kind, text in Risk.objects.filter(deal__in=[row[0] for row in risks], closed_at=None).values_list(
            "deal_id", "type_id", "text"
        )
    }
    made = Risk.objects.bulk_create(
        [
            Risk(deal=deal, type=kind, text=text, severity=severity, opened_at=now, opened_by=by)
            for deal, kind, text, severity in risks
            if (deal.pk, kind.pk if kind else None, text) not in already
        ],
        batch_size=500,
    )
    for risk in made:
        risk.deal.risk = words_of(risk)
    write_rows([risk.deal for risk in made], ["risk"], batch_size=200)
    return made


def words_of(risk):
    """What a card says: the text, led by the kind when both are given."""
    return words_from(risk.type.label if risk.type else "", risk.text)


def words_from(kind, text):
    """The same of the label of a kind, or nothing, and a text."""
    if kind and text and text != kind:
        return f"{kind}：{text}"[:200]
    return (text or kind or "")[:200]


def close_many(risks, *, by, now):
    """Close open risks; the deal shows its newest open one, or none. Returns how many were open."""
    deals = {risk.deal_id: risk.deal for risk in risks}
    closed = Risk.objects.filter(pk__in=[risk.pk for risk in risks], closed_at=None).update(closed_at=now, closed_by=by)
    open_ones = {}
    for risk in Risk.objects.filter(deal__in=deals, closed_at=None).select_related("type"):
        open_ones.setdefault(risk.deal_id, words_of(risk))
    for pk, deal in deals.items():
        deal.risk = open_ones.get(pk, "")
    write_rows(deals.values(), ["risk"], batch_size=200)
    return closed


def close_risk(deal, risk, *, by, now):
    """One open risk of a deal is over. Closed already: nothing. One Event."""
    before = deal.risk
    risk.deal = deal
    if close_many([risk], by=by, now=now):
        record_many(
            "pipeline.risk", [deal], by=by, at=now, about=lambda one: one.customer_id,
            data=lambda one: {"deal": one.name, "before": words_of(risk) or before, "risk": ""},
        )
    return deal


def set_risk(deal, *, kind=None, text="", severity=None, by, now):
    """What a person says the current risk is: opens it beside what is open; no words close all of them. One Event."""
    before = deal.risk
    if kind or text.strip():
        open_many([(deal, kind, text, severity)], by=by, now=now)
    else:
        close_many(list(deal.risks.filter(closed_at=None).select_related("deal", "type")), by=by, now=now)
        deal.risk = ""
    if deal.risk != before:
        record_many(
            "pipeline.risk",
            [deal],
            by=by,
            at=now,
            about=lambda one: one.customer_id,
            data=lambda one: {"deal": one.name, "before": before, "risk": one.risk},
        )
    return deal
