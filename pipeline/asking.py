"""What a page of deals was asked for: who, which day, which filters; the bad ones dropped and named."""

from dataclasses import dataclass, field, replace

from django.http import QueryDict

from core.lists import filtered
from customers.staleness import Rule
from pipeline.filters import DealFilter
from pipeline.models import Deal
from pipeline.playbooks import Playbooks
from pipeline.urgency import chips


@dataclass
class Asked:
    """`GET` is the query string's values. The quick filters (chips) are kept apart from the others, so that each can
    show its own count."""

    user: object
    GET: QueryDict
    on: object
    rule: Rule = field(default_factory=Rule.load)
    playbooks: Playbooks = field(default_factory=Playbooks.load)

    def __post_init__(self):
        self.rule = replace(self.rule, limits=self.playbooks.limits)
        if not isinstance(self.GET, QueryDict):
            plain = QueryDict(mutable=True)
            for name, value in dict(self.GET).items():
                plain.setlist(name, value if isinstance(value, list | tuple) else [value])
            self.GET = plain
        rest = self.GET.copy()
        for name in DealFilter.CHIPS:
            rest.pop(name, None)
        self.playbook = self.playbooks.chosen(self.GET.get("playbook", ""))
        rest["playbook"] = self.playbook.code
        self.deals, self.filterset, self.dropped = filtered(
            self, Deal.objects.visible_to(self.user), DealFilter, data=rest
        )
        self.chip_conditions = chips(self.on, self.rule)
        self.pressed = [name for name in DealFilter.CHIPS if self.GET.get(name) in ("1", "true", "on", "True")]

    @property
    def chips_condition(self):
        """The pressed quick filters together, or None."""
        condition = None
        for name in self.pressed:
            this = self.chip_conditions[name]
            condition = this if condition is None else condition & this
        return condition

    @property
    def narrowed(self):
        """The deals with every filter."""
        return self.deals if self.chips_condition is None else self.deals.filter(self.chips_condition)

    @property
    def is_filtered(self):
        names = [*DealFilter.CHIPS, "rep", "team", "tag", "stage"]
        return any(self.GET.get(name) for name in names if name not in self.dropped)
