"""What the page of a meeting shows one reader: the agenda he may read, the item on the screen, what can be decided."""

from dataclasses import dataclass, field

from accounts.models import User
from core.periods import today
from customers.models import Customer
from customers.staleness import Rule
from pipeline import agenda, meeting
from pipeline.deciding import label_of, offered
from pipeline.models import Deal, MeetingItem, MeetingPage
from pipeline.promises import state_of_promises


@dataclass
class Entry:
    """One line of the agenda's list."""

    place: int
    kind: str
    label: str
    flag: str = ""
    current: bool = False
    shown: bool = False
    decided: int = 0


@dataclass
class Screen:
    meeting: object
    leads: bool
    places: list
    place: int | None  # of the item this reader looks at
    item: dict | None = None
    deal: object = None  # for decisions: only where the reader may see it
    entries: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    decided: list = field(default_factory=list)
    kinds: list = field(default_factory=list)  # [(Decision, its form)]
    support: str = ""
    late_plans: list = field(default_factory=list)
    people: list = field(default_factory=list)
    following: bool = False

    @property
    def stamp(self):
        """What a follower's poll compares: another item, another decision, an end."""
        row = self.meeting
        state = f"{int(bool(row.started_at))}{int(row.is_over)}"
        return f"{row.current}.{len(row.shown)}.{sum(e.decided for e in self.entries)}.{state}"

    @property
    def previous(self):
        return max((n for n in self.places if self.place is not None and n < self.place), default=None)

    @property
    def next(self):
        return min((n for n in self.places if self.place is not None and n > self.place), default=None)

    @property
    def unseen(self):
        """How many items were not on the screen yet."""
        return sum(not entry.shown for entry in self.entries)

    @property
    def number(self):
        return self.places.index(self.place) + 1 if self.place in self.places else 0


def screen_of(user, row, *, now, place=None, form=None):
    """`place` is the item asked for; without it the one on the screen. `form` is a bound form of a decision that was
    not carried out: it stands in its place with what was typed."""
    places = meeting.places_for(user, row)
    leads = meeting.leads(user, row.team)
    following = place is None
    if place not in places:
        place = row.current if row.current in places else (places[0] if places else None)
    screen = Screen(row, leads, places, place, following=following and row.is_running and not leads)
    items = row.agenda.get("items", [])
    decisions = list(
        MeetingItem.objects.visible_to(user).filter(meeting=row).select_related("owner", "deal__customer", "by")
    ) if row.pk else []  # fmt: skip
    count = {}
    for one in decisions:
        one.label = label_of(one.kind)
        count[one.deal_id] = count.get(one.deal_id, 0) + 1
    for n in places:
        item = items[n]
        screen.entries.append(Entry(
            n, item["kind"], item.get("name", ""), flag=item["flags"][0] if item.get("flags") else "",
            current=n == place, shown=n in row.shown, decided=count.get(item.get("deal"), 0) if "deal" in item else 0,
        ))  # fmt: skip
    screen.people = attendance(row, leads=leads)
    if place is not None:
        _fill(screen, items[place], decisions, user, now=now, form=form)
    return screen


def _fill(screen, frozen, decisions, user, *, now, form):
    row, on = screen.meeting, today(now)
    screen.item = item = agenda.thaw(frozen)
    if item["kind"] == "promises":
        live = MeetingItem.objects.filter(pk__in=[line["item"] for line in item["lines"]])
        states = state_of_promises(list(live), on)
        keys = {line.get("customer") for line in item["lines"]} - {None}
        known = Customer.objects.visible_to(user).in_bulk(keys)
        for line in item["lines"]:
            customer = known.get(line.get("customer"))
            line["link"] = customer and customer.pk
            line["renamed"] = customer.name if customer and customer.name != line["about"] else ""
            line["now"], line["label"] = states.get(line["item"], line["state"]), label_of(line["what"])
        return
    if item["kind"] == "rep":
        page = MeetingPage.objects.filter(meeting=row, user=item["user"]).first()
        screen.support = page.support if page else ""
        screen.late_plans = meeting.late_plans(row, item["user"])
        screen.decided = [one for one in decisions if one.deal_id is None and one.about_id == item["user"]]
    else:
        live = row.is_running and Deal.objects.filter(pk=item["deal"], customer__team=row.team_id).exists()
        facts = agenda.facts_of([item["deal"]], on, Rule.load()) if live else {}  # another team's is not ours to read
        screen.changes = agenda.changes_of(item, {key: agenda.thaw(fact) for key, fact in facts.items()})
        item["stage_words"] = agenda.words_of_stage(item).partition(" ")[2]  # its number stands before it
        item["close_passed"] = item["close"] and row.as_of and item["close"] < today(row.as_of)
        screen.decided = [one for one in decisions if one.deal_id == item["deal"]]
    if screen.leads and row.is_running:
        if item["kind"] == "deal":
            found = Deal.objects.visible_to(user).select_related("customer__owner", "stage", "owner", "rep")
            screen.deal = found.filter(pk=item["deal"]).first()
        if screen.deal or item["kind"] == "rep":
            screen.kinds = [
                (kind, form if form is not None and isinstance(form, kind.form)
                 else kind.form(deal=screen.deal, user=user, now=now, auto_id=f"id_{kind.kind}_%s"))
                for kind in offered(user, screen.deal)
            ]  # fmt: skip


def attendance(row, *, leads):
    """The people of the meeting, each with `here`: all of the team for whoever ticks them, else those present."""
    team = list(meeting.people_of(row.team))
    more = User.objects.filter(pk__in=[pk for pk in row.attendees if pk not in {person.pk for person in team}])
    people = [*team, *more.order_by("pinyin", "pk")]
    for person in people:
        person.here = person.pk in row.attendees if row.started_at else True
    return people if leads else [person for person in people if person.here]
