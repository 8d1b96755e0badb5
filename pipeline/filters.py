"""What narrows board and table: one query string for both (ux §2.2)."""

import django_filters
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from customers.tagbar import TagFilterSet
from exchange.ownfilters import add_filters
from pipeline.models import ActionKind, Deal, Stage
from pipeline.own import own_fields
from pipeline.urgency import chips, in_stage


def people(request):
    return User.objects.visible_to(request.user).sellers() if request else User.objects.none()


def teams(request):
    """Read only when asked for: the gate of teams costs a query of its own."""
    return Team.objects.visible_to(request.user) if request and request.GET.get("team") else Team.objects.none()


def stages(request):
    return Stage.objects.visible_to(request.user) if request else Stage.objects.none()


def kinds(request):
    return ActionKind.objects.visible_to(request.user) if request else ActionKind.objects.none()


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


class DealFilter(TagFilterSet):
    """`request` carries user, `on` (company day) and `rule` (customers.staleness.Rule): see pipeline/asking.py."""

    tag_path = "customer__tag"
    stale = django_filters.BooleanFilter(method="chip", label=_("Quiet too long"))
    risk = django_filters.BooleanFilter(method="chip", label=_("At risk"))
    closing = django_filters.BooleanFilter(method="chip", label=_("Closing this month"))
    rep = django_filters.ModelChoiceFilter(queryset=people, method="of_person", label=_("Rep or owner"))
    team = django_filters.ModelChoiceFilter(queryset=teams, field_name="customer__team", label=_("Team"))
    stage = StagesFilter(queryset=stages, label=_("Stage"))
    days = django_filters.CharFilter(
        method="days_in_stage", label=_("Days in the stage"), validators=[RegexValidator(r"^\d{1,3}-(\d{1,3})?$")]
    )
    action = django_filters.ModelMultipleChoiceFilter(
        queryset=kinds, method="of_kinds", to_field_name="code", label=_("Key action")
    )
    said = django_filters.CharFilter(
        field_name="key_action", lookup_expr="icontains", label=_("Words of the key action"), max_length=80
    )

    class Meta:
        model = Deal
        fields = []

    CHIPS = ("stale", "risk", "closing")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        add_filters(self, own_fields(), "custom")

    def chip(self, queryset, name, value):
        return queryset.filter(chips(self.request.on, self.request.rule)[name]) if value else queryset

    def days_in_stage(self, queryset, name, value):
        """ "4-7", or "8-" for eight and more."""
        low, _dash, high = value.partition("-")
        return queryset.filter(in_stage(int(low), int(high) if high else None, self.request.on))

    def of_kinds(self, queryset, name, value):
        return queryset.filter(key_action_kind__in=value) if value else queryset

    def of_person(self, queryset, name, value):
        return queryset.filter(Q(rep=value) | Q(owner=value))
