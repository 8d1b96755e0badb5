"""The job behind "quiet too long": flags each quiet spell once and tells its owner once (D23, D24, REL18).

The flag is the literal rule, any day. Messages go out on working days only, and not while the alarms of an imported
customer are held back. A conversation begins a new spell (customers/facts.py) and withdraws the message.
"""

from itertools import islice

from accounts.models import Team
from activity.channels import Channels
from activity.recording import deliver, messages_of, record_many
from core.periods import today
from core.poison import all_but_the_bad
from customers.ladder import RAISED, TOLD, Ladder
from customers.models import Customer
from customers.staleness import Rule

CHUNK = 5000
NEEDED = ["name", "owner", "team", "quiet_since", "flagged_on", "told_on", "alarms_from", "tries"]


def flag_stale(*, now, rule=None):
    """Flag who is quiet today, and tell the owners when today is a working day.

    Set-based: about six statements and three for each 5,000 flagged. Running twice gives the same result. Returns
    {"quiet", "planned", "flagged", "told", "raised"}: how many are listed, and what this run added.
    """
    on, rule = today(now), rule or Rule.load()
    everybody = Customer.objects.all()
    quiet = everybody.quiet(on, rule)
    told = raised = failed = 0
    fresh = quiet.filter(flagged_on=None).only(*NEEDED).order_by("pk")
    flagged, bad = _all(fresh, lambda customers: _flag(customers, on, now=now), "flag")
    failed += bad
    if rule.calendar.works(on):
        told, bad = _tell(quiet, on, now=now)
        failed += bad
        raised, bad = _raise(quiet, on, now=now)
        failed += bad
    planned = everybody.quiet_planned(on, rule).count()
    found = {"quiet": quiet.count(), "planned": planned, "flagged": flagged, "told": told, "raised": raised}
    return found | ({"failed": failed} if failed else {})


def _flag(customers, on, *, now):
    for customer in customers:
        customer.flagged_on = on
    Customer._base_manager.bulk_update(customers, ["flagged_on"], batch_size=CHUNK)
    record_many("customers.stale", customers, by=None, at=now, about=lambda c: c.pk, data=_words)
    return len(customers)


def _tell(quiet, on, *, now):
    """One message a quiet spell to its owner, or to the team's manager where nobody owns it. (told, left out)"""
    waiting = quiet.filter(told_on=None).exclude(alarms_from__gt=on).select_related("owner").order_by("pk")
    managers = {team.pk: team.manager for team in Team.objects.select_related("manager")}
    channels = Channels.load()

    def tell(customers):
        notices = []
        for customer in customers:
            customer.told_on = on
            notices += messages_of(
                TOLD, customer, tell=[customer.owner or managers.get(customer.team_id)], at=now, act=True,
                key=f"stale {customer.pk} {customer.quiet_since}", channels=channels, **_words(customer),
            )
        deliver(notices)
        Customer._base_manager.bulk_update(customers, ["told_on"], batch_size=CHUNK)
        return len(notices)

    return _all(waiting, tell, "tell")


def _raise(quiet, on, *, now):
    """The next rung (M12): the manager hears once a spell, some working days after the owner was told."""
    waiting = Ladder.load(on).to_raise(quiet).select_related("owner", "team__manager").order_by("pk")
    channels = Channels.load()

    def tell(customers):
        notices = []
        for customer in customers:
            notices += messages_of(
                RAISED, customer, tell=[_manager_of(customer)], at=now, act=True, channels=channels,
                key=f"stale up {customer.pk} {customer.quiet_since}", owner=customer.owner.name, **_words(customer),
            )
        deliver(notices)
        return len(notices)

    return _all(waiting, tell, "tell the manager of")


def _manager_of(customer):
    """Who hears after the owner: the team's manager, unless he is the owner himself."""
    manager = customer.team and customer.team.manager
    return manager if manager and manager.is_active and manager.pk != customer.owner_id else None


def _words(customer):
    return {"name": customer.name, "since": customer.quiet_since.isoformat(), "tries": customer.tries}


def _all(rows, do, what):
    """(how many, how many were left out) of do() over all rows, a chunk at a time (REL22)."""
    found, done, failed = iter(list(rows)), 0, 0
    while chunk := list(islice(found, CHUNK)):
        some, bad = all_but_the_bad(chunk, do, what=f"{what} quiet customers")
        done, failed = done + some, failed + bad
    return done, failed
