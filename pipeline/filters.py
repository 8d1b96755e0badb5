"""What narrows board and table: one query string for both (ux §2.2)."""

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from customers.models import Customer
from pipeline.models import Deal, Stage
from pipeline.urgency import chips


def people(request):
    return User.objects.visible_to(request.user).sellers() if request else User.objects.none()


def teams(request):
    """Read only when asked for: the gate of teams costs a query of its own."""
    return Team.objects.visible_to(request.user) if request and request.GET.get("team") else Team.objects.none()


def stages(request):
    return Stage.objects.visible_to(request.user) if request else Stage.objects.none()


class StagesField(django_filters.fields.ModelMultipleChoiceField):
    """A number no database holds is no stage, as any other number that is none."""

    def _check_values(self, value):
        for one in value:
            if len(str(one)) > 18:
                words = self.error_messages["invalid_choice"]
                raise ValidationError(words, code="invalid_choice", params={"value": one})
        return super()._check_values(value)


class StagesFilter(django_filters.ModelMultipleChoiceFilter):
    field_class = StagesField


class DealFilter(django_filters.FilterSet):
    """`request` carries user, `on` (company day) and `rule` (customers.staleness.Rule): see pipeline/asking.py."""

    stale = django_filters.BooleanFilter(method="chip", label=_("Quiet too long"))
    risk = django_filters.BooleanFilter(method="chip", label=_("At risk"))
    closing = django_filters.BooleanFilter(method="chip", label=_("Closing this month"))
    rep = django_filters.ModelChoiceFilter(queryset=people, method="of_person", label=_("Rep or owner"))
    team = django_filters.ModelChoiceFilter(queryset=teams, field_name="customer__team", label=_("Team"))
    tag = django_filters.MultipleChoiceFilter(
        choices=Customer.Tag.choices, field_name="customer__tag", label=_("Tag")
    )
    stage = StagesFilter(queryset=stages, label=_("Stage"))
    playbook = django_filters.CharFilter(field_name="playbook__code", label=_("Playbook"))

    class Meta:
        model = Deal
        fields = []

    CHIPS = ("stale", "risk", "closing")

    def chip(self, queryset, name, value):
        return queryset.filter(chips(self.request.on, self.request.rule)[name]) if value else queryset

    def of_person(self, queryset, name, value):
        return queryset.filter(Q(rep=value) | Q(owner=value))
