"""What narrows the customer list: each filter is one parameter; AND between them, OR inside (S4).

`request` carries `on` (the company day) and `rule` (customers/staleness.Rule) beside the user.
"""

import datetime as dt

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Team, User
from customers import pooling
from customers.custom import own_fields
from customers.models import Customer
from customers.searching import found
from customers.tagbar import TagFilterSet
from exchange.ownfilters import add_filters

SHOWN = [
    ("mine", _("Mine")), ("quiet", pgettext_lazy("chip", "Quiet")), ("nextless", _("No next step")),
]
SINCE = [("3", _("more than 3 days ago")), ("7", _("more than 7 days ago")), ("30", _("more than 30 days ago")),
         ("never", _("never"))]


def people(request):
    return User.objects.assignable_by(request.user) if request else User.objects.none()


def teams(request):
    if not request or not request.user.is_admin:
        return Team.objects.filter(pk__in=request.user.teams_led() if request else [])
    return Team.objects.all()


class CustomerFilter(TagFilterSet):
    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=60)
    show = django_filters.ChoiceFilter(choices=[*SHOWN, ("pool", _("Pool soon"))], method="shown", label=_("Show"))
    owner = django_filters.ModelChoiceFilter(queryset=people, label=_("Owner"))
    team = django_filters.ModelChoiceFilter(queryset=teams, label=_("Team"))
    industry = django_filters.CharFilter(lookup_expr="icontains", label=_("Industry"), max_length=60)
    since = django_filters.ChoiceFilter(choices=SINCE, method="quiet_since", label=_("Last contact"))
    archived = django_filters.BooleanFilter(method="with_archived", label=_("Archived"))

    class Meta:
        model = Customer
        fields = []

    is_search = False  # narrowed to what a typed word finds

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        add_filters(self, own_fields(), "custom")

    def filter_queryset(self, queryset):
        asked = self.form.cleaned_data.get("archived")
        return super().filter_queryset(queryset if asked else queryset.filter(archived_at=None))

    def search(self, queryset, name, value):
        condition = found(value, self.request.user)
        self.is_search = condition is not None
        return queryset.filter(condition) if self.is_search else queryset

    def shown(self, queryset, name, value):
        on, rule, user = self.request.on, self.request.rule, self.request.user
        if value == "mine":
            return queryset.filter(owner=user)
        if value == "quiet":
            return queryset.stale(on, rule)
        if value == "pool":
            rules = pooling.Rules.load()
            return queryset.filter(pk__in=pooling.told(pooling.soon(rules, on)).values("pk"))
        open_ones = Q(open_deals__gt=0) | Q(tag__in=["prospect", "interested", "hot"])
        return queryset.filter(open_ones, next_step_on=None).exclude(waiting_until__gte=on)

    def quiet_since(self, queryset, name, value):
        if value == "never":
            return queryset.filter(last_contact_on=None)
        return queryset.filter(last_contact_on__lt=self.request.on - dt.timedelta(days=int(value)))

    def with_archived(self, queryset, name, value):
        return queryset.exclude(archived_at=None) if value else queryset
