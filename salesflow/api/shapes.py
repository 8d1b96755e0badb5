"""What the API shows of each noun, within the rights of the reader: the same fields and masks as the pages (D6)."""

from accounts import rights
from core.text import mask_phone, mask_words


def person(user):
    return {"id": user.pk, "name": user.name} if user else None


def customer(one, viewer):
    return {
        "id": one.pk, "version": one.version, "name": one.name, "industry": one.industry, "size_text": one.size_text,
        "revenue": one.revenue, "source": one.source, "address": one.address, "website": one.website,
        "notes": one.notes, "tag": one.tag, "grade": one.grade, "labels": one.labels, "owner": person(one.owner),
        "team": one.team_id, "last_contact_on": one.last_contact_on, "next_step_on": one.next_step_on,
        "open_deals": one.open_deals, "open_amount": one.open_amount, "archived": one.archived_at is not None,
        "made_at": one.made_at,
    }  # fmt: skip


def contact(one, viewer):
    """Phone, mail and WeChat in full for owner, helpers and managers above; masked for admins."""
    full = rights.sees_phone(viewer, one.customer) == "full"
    return {
        "id": one.pk, "version": one.version, "customer": one.customer_id, "name": one.name,
        "position": one.position, "phone": one.phone if full else mask_phone(one.phone),
        "email": one.email if full else mask_words(one.email),
        "wechat": one.wechat if full else mask_words(one.wechat), "part": one.part, "is_main": one.is_main,
        "notes": one.notes, "gone": one.retired_at is not None,
    }  # fmt: skip


def follow_up(one, viewer):
    return {
        "id": one.pk, "customer": one.customer_id, "contact": one.contact_id, "happened_at": one.happened_at,
        "time_known": one.time_known, "outcome": one.outcome, "methods": [m for m in one.methods.split(",") if m],
        "purpose": one.purpose, "text": one.text, "feedback": one.feedback, "next_text": one.next_text,
        "talked_by": person(one.talked_by), "entered_at": one.entered_at,
    }  # fmt: skip


def step(one, viewer):
    return {
        "id": one.pk, "version": one.version, "customer": one.customer_id, "owner": person(one.owner),
        "kind": one.kind, "text": one.text, "due_on": one.due_on, "due_time": one.due_time,
        "moved_count": one.moved_count, "closed_at": one.closed_at, "closed_as": one.closed_as,
    }  # fmt: skip


def deal(one, viewer):
    shown = rights.sees_amounts(viewer)
    return {
        "id": one.pk, "version": one.version, "customer": one.customer_id, "name": one.name or one.customer.name,
        "stage": {"id": one.stage_id, "name": one.stage.words}, "amount": one.amount if shown else None,
        "expected_close": one.expected_close, "rep": person(one.rep), "owner": person(one.owner),
        "key_action": one.key_action, "risk": one.risk, "competitor": one.competitor, "entered_at": one.entered_at,
        "signed_on": one.signed_on, "contract_amount": one.contract_amount if shown else None,
        "lost": one.lost_at is not None,
    }  # fmt: skip


def request(one, viewer):
    return {
        "number": one.number, "version": one.version, "state": one.state, "kind": one.kind.code, "title": one.title,
        "description": one.description, "priority": one.priority, "asker": person(one.asker),
        "department": {"id": one.department_id, "name": one.department.words}, "person": person(one.person),
        "customer_name": one.customer_name, "amount": one.amount if rights.sees_amounts(viewer) else None,
        "asked_at": one.asked_at, "needed_by": one.needed_by, "promised_on": one.promised_on, "result": one.result,
    }  # fmt: skip
