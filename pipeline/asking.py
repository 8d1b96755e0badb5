"""What a page of deals was asked for: who, which day, which filters; the bad ones dropped and named."""

from dataclasses import dataclass, field, replace

from django.db.models import F
from django.http import QueryDict

from core.asked import number
from core.lists import filtered
from customers.staleness import Rule
from customers.tagbar import chosen_in
from exchange.ownfilters import parameters
from pipeline.cards import cards_by_id
from pipeline.filters import DealFilter
from pipeline.models import Deal
from pipeline.own import own_fields
from pipeline.playbooks import Playbooks
from pipeline.urgency import chips, on_board


@dataclass
class Asked:
    """`GET` is the query string's values. The quick filters (chips) and the tags are kept apart from the others, so
    that each can show its own count: `deals` have every filter but theirs."""

    user: object
    GET: QueryDict
    on: object
    rule: Rule = field(default_factory=Rule.load)
    playbooks: Playbooks = field(default_factory=Playbooks.load)

    key = "pk"  # what names a deal in the rows asked
    tag_column = "customer__tag"  # what names its customer's tag; None where no sum is told by it
    past = None  # a core.past.Past where the rows are those of a day gone by (pipeline/asof.py)

    def __post_init__(self):
        self.rule = replace(self.rule, limits=self.playbooks.limits)
        if not isinstance(self.GET, QueryDict):
            self.GET = plain_query(self.GET)
        rest = self._choose_playbook()
        deals = Deal.objects.visible_to(self.user).filter(playbook=self.playbook.pk)
        _narrowed, self.filterset, self.dropped = filtered(self, deals, DealFilter, data=rest)
        self.deals, self.tags = self.filterset.untagged, chosen_in(self.filterset)
        self.chip_conditions = chips(self.on, self.rule)
        self.pressed = [name for name in DealFilter.CHIPS if is_on(self.GET, name)]

    def _choose_playbook(self):
        """Sets `playbook`; returns the filters beside it and the quick ones."""
        rest = self.GET.copy()
        for name in [*DealFilter.CHIPS, "playbook"]:
            rest.pop(name, None)
        asked_stages = [self.playbooks.survivor(pk) for pk in map(number, rest.getlist("stage")) if pk]
        if all(asked_stages) and asked_stages:  # anything else is dropped and named by the filter
            rest.setlist("stage", list(dict.fromkeys(str(stage.pk) for stage in asked_stages)))
        code = self.GET.get("playbook", "") or next((s.playbook.code for s in asked_stages if s), "")
        self.playbook = self.playbooks.chosen(code)
        return rest

    @property
    def on_board(self):
        """Which deals are on the board."""
        return on_board(self.on)

    @property
    def position(self):
        """The place of a deal's stage, as an expression."""
        return F("stage__position")

    @property
    def chips_condition(self):
        """The pressed quick filters together, or None."""
        condition = None
        for name in self.pressed:
            this = self.chip_conditions[name]
            condition = this if condition is None else condition & this
        return condition

    @property
    def of_any_tag(self):
        """The deals with every filter but the tag's."""
        return self.deals if self.chips_condition is None else self.deals.filter(self.chips_condition)

    def cards(self, ids):
        """The cards of these deals, in their order."""
        return cards_by_id(ids, user=self.user, on=self.on, rule=self.rule, stages=self.playbooks.stages)

    @property
    def narrowed(self):
        """The deals with every filter."""
        return self.of_any_tag.filter(**{f"{self.tag_column}__in": self.tags}) if self.tags else self.of_any_tag

    @property
    def is_filtered(self):
        names = [*DealFilter.CHIPS, "rep", "team", "tag", "stage", "days", "action", "said", *parameters(own_fields())]
        return any(self.GET.get(name) for name in names if name not in self.dropped)


def is_on(data, name):
    """Whether a query string presses a quick filter."""
    return data.get(name) in ("1", "true", "on", "True")


def plain_query(values):
    """A QueryDict of a plain mapping, for askers that have no request."""
    plain = QueryDict(mutable=True)
    for name, value in dict(values).items():
        plain.setlist(name, value if isinstance(value, list | tuple) else [value])
    return plain
