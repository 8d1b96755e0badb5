"""From the form of a log to the entry that log_many() saves."""

from types import SimpleNamespace

from customers.logging import Entry


def entry_of(form, user):
    """The Entry a valid LogForm says. Who talked is the user himself, unless a manager or admin enters for a rep."""
    data, offer = form.cleaned_data, form.offer
    talker = _one(offer, "talkers", data["talked_by"]) or (user if user.sells else offer.customer.owner or user)
    topics = [topic for topic in offer.topics if topic.pk in data["topics"]] if data["topics"] else []
    needs = [(topic.kind, topic, "") for topic in topics]
    needs += [(kind, None, text) for kind, text in data["free_needs"]]
    weekly = data["repeat"] and data["next_kind"] == "ours"
    return Entry(
        customer=offer.customer, talked_by=talker, happened_at=data["happened_at"], time_known=data["time_known"],
        text=data["text"], outcome=data["outcome"] or "talked", methods=tuple(data["methods"]),
        contact=_one(offer, "contacts", data["contact"]), purpose=data.get("purpose") or offer.purpose,
        feedback=data.get("feedback", ""), needs=tuple(needs), next_text=data["next_text"], next_on=data["next_on"],
        next_time=data["next_time"], next_kind=data["next_kind"], next_visit=data["next_visit"],
        next_repeat="weekly" if weekly else "", next_until=data["until"], next_ends=data["ends"] if weekly else "",
        no_next_reason="" if data["next_on"] and data["next_kind"] == "ours" else data["reason"],
        draft_started_at=data["kept_at"] or data["draft_started_at"],
        source=data["source"] or "form",
        client_uuid=form.chosen_uuid(),
        key_action=data["key_action"] or None, deal=SimpleNamespace(pk=data["deal"]) if data["deal"] else None,
        close_steps=tuple(step for step in offer.steps if step.pk in data["steps"]) if data["steps"] else (),
        tag=data["tag"] or None, with_people=data.get("with_people", ""), answered=tuple(
            topic.pk for topic in topics if topic.pk in data["answered"]
        ),
    )


def _one(offer, choices, pk):
    """The chosen one; without a choice nothing is read."""
    return next((row for row in getattr(offer, choices) if row.pk == pk), None) if pk else None
