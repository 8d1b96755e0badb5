"""Filter of the people list."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Team, User
from core.text import phone_key, plain

STATES = [("active", _("Active")), ("never", _("Never signed in")), ("left", _("Deactivated"))]


class PersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Name, login or phone"))
    role = django_filters.ChoiceFilter(choices=User.Role.choices, label=_("Role"), empty_label=_("All roles"))
    department = django_filters.ModelChoiceFilter(
        queryset=Department.objects.all(), label=_("Department"), empty_label=_("All departments"), method="within"
    )
    team = django_filters.ModelChoiceFilter(queryset=Team.objects.all(), label=_("Team"), empty_label=_("All teams"))
    state = django_filters.ChoiceFilter(
        choices=STATES, label=_("State"), empty_label=_("All states"), method="in_state"
    )

    class Meta:
        model = User
        fields = ["q", "role", "department", "team", "state"]

    def search(self, queryset, name, value):
        word = plain(value)
        found = Q(name__icontains=value.strip()) | Q(username__icontains=word) | Q(initials__startswith=word)
        found |= Q(pinyin__startswith=word) | Q(email__icontains=word)
        digits = phone_key(value)
        return queryset.filter(found | Q(mobile__endswith=digits) if len(digits) >= 4 else found)

    def within(self, queryset, name, value):
        return queryset.filter(department__path__startswith=value.path)

    def in_state(self, queryset, name, value):
        if value == "left":
            return queryset.filter(is_active=False)
        queryset = queryset.filter(is_active=True)
        return queryset.filter(last_login=None) if value == "never" else queryset
