"""Columns and sorting of the people list; the row is templates/accounts/_person_row.html."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _


class PersonTable(tables.Table):
    name = tables.Column(verbose_name=_("Name"), order_by=("pinyin", "pk"))
    role = tables.Column(verbose_name=_("Role"), order_by=("role", "pinyin", "pk"))
    department = tables.Column(verbose_name=_("Department"), order_by=("department__position", "department_id", "pk"))
    team = tables.Column(verbose_name=_("Team"), order_by=("team_id", "pinyin", "pk"))
    seen = tables.Column(verbose_name=_("Last here"), order_by=("seen_at", "pk"))

    class Meta:
        order_by = "name"
