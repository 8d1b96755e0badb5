"""What the queue can be narrowed by: kind, due, the customer's tag, and for admins the department."""

import datetime as dt

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.rights import may_see_pipeline
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.own import own_fields
from core.periods import day_start, today
from customers.tagbar import TagFilterSet
from exchange.ownfilters import add_filters


class QueueFilter(TagFilterSet):
    tag_path = "seen_tag"
    kind = filters.ModelChoiceFilter(
        queryset=RequestKind.objects.all(), to_field_name="code", label=_("Kind"), empty_label=_("All kinds")
    )
    due = filters.ChoiceFilter(
        choices=[("late", _("Late")), ("today", _("Due today")), ("week", _("Due within 7 days"))],
        method="filter_due", label=_("Due"), empty_label=_("Any time"),
    )  # fmt: skip
    department = filters.ModelChoiceFilter(
        queryset=Department.objects.all(), label=_("Department"), empty_label=_("All departments")
    )

    class Meta:
        model = CollaborationRequest
        fields = ["kind", "due", "department"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.request.user.is_admin:
            del self.filters["department"]
        if not may_see_pipeline(self.request.user):  # a department sees no customers, and no tags of theirs (D3)
            del self.filters["tag"]
        add_filters(self, own_fields(self.request.user), "custom")

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset.with_tag(self.request.user))

    def filter_due(self, queryset, name, value):
        now = timezone.now()
        if value == "late":
            return queryset.filter(due_at__lt=now)
        days = 1 if value == "today" else 7
        return queryset.filter(due_at__lt=day_start(today(now) + dt.timedelta(days=days)))
