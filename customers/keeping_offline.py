"""What a log kept on a device says about its time, and what of it may have changed before it arrived (Q15, M2)."""

import datetime as dt

from core.asked import number

LONGEST = dt.timedelta(days=30)  # an older press is dated thirty days back


def pressed_at(post, now):
    """When Save was pressed: `now` less the age by the device's own clock, which may be wrong, its lapse is not."""
    pressed, sent = (_milliseconds(post.get(name)) for name in ("pressed_at", "sent_at"))
    age = dt.timedelta(milliseconds=max(sent - pressed, 0)) if pressed and sent else dt.timedelta(0)
    return now - min(age, LONGEST)


def still_there(post, offer):
    """The posted log without what no longer exists: a step done meanwhile or a method retired refuses no log."""
    data = post.copy()
    known = {
        "steps": {str(step.pk) for step in offer.steps}, "topics": {str(topic.pk) for topic in offer.topics},
        "methods": set(offer.choices.methods),
    }
    for name, values in known.items():
        data.setlist(name, [value for value in data.getlist(name) if value in values])
    if data.get("contact") not in {str(contact.pk) for contact in offer.contacts}:
        data["contact"] = ""
    if data.get("deal") not in {str(pk) for pk, _label in offer.deals}:
        data["deal"] = ""
    if data.get("time") == "tap":
        data["time"] = "now"
    return data


def _milliseconds(text):
    return number(text, 15)
