"""/setup/calendar: working hours, the holidays of a year, own days (S18)."""

import calendar as months
import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.arranging import remove_day, save_hours, set_day
from accounts.calendar import Calendar
from accounts.forms.calendar import WEEKDAYS, DayForm, HoursForm
from accounts.models import CompanyDay, WorkingHours
from accounts.rights import for_admins
from core.asked import VERSION, number
from core.keys import deed
from core.periods import today


@for_admins
def calendar(request):
    return _page(request)


@for_admins
@require_POST
@deed
def hours(request):
    form = HoursForm(request.POST, instance=_hours())
    if not form.is_valid():
        return _page(request, hours_form=form)
    expect = number(request.POST.get("version"), VERSION) or 0
    save_hours(form, _hours(), by=request.user, now=timezone.now(), expect=expect)
    messages.success(request, _("Saved"))
    return redirect("setup_calendar")


@for_admins
@require_POST
@deed
def day_set(request):
    form = DayForm(request.POST)
    if not form.is_valid():
        return _page(request, day_form=form)
    set_day(**form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("Saved"))
    return redirect(f"{reverse('setup_calendar')}?year={form.cleaned_data['day'].year}")


@for_admins
@require_POST
@deed
def day_remove(request, pk):
    row = get_object_or_404(CompanyDay.objects.visible_to(request.user), pk=pk)
    year = row.day.year
    remove_day(row, by=request.user, now=timezone.now())
    return redirect(f"{reverse('setup_calendar')}?year={year}")


def _hours():
    return WorkingHours.load()


def _page(request, *, hours_form=None, day_form=None):
    now = today(timezone.now())
    asked = number(request.GET.get("year"), 4) or now.year
    year = asked if 2000 <= asked <= 2100 else now.year
    found = Calendar.load()
    context = {
        "year": year, "knows": found.knows(year), "months": [_month(found, year, n, now) for n in range(1, 13)],
        "weekdays": [name for _number, name in WEEKDAYS], "hours": _hours(),
        "own": CompanyDay.objects.visible_to(request.user).filter(day__year=year),
        "special": _special(found, year),
        "working_days": found.working_days(dt.date(year, 1, 1), dt.date(year, 12, 31)),
        "hours_form": hours_form or HoursForm(instance=_hours()), "day_form": day_form or DayForm(),
    }  # fmt: skip
    failed = (hours_form and hours_form.errors) or (day_form and day_form.errors)
    return render(request, "accounts/calendar.html", context, status=422 if failed else 200)


def _month(found, year, number, now):
    """(first day, weeks of cells); a cell is None or a day with its state."""
    weeks = [
        [_cell(found, dt.date(year, number, day), now) if day else None for day in week]
        for week in months.monthcalendar(year, number)
    ]
    return {"first": dt.date(year, number, 1), "weeks": weeks}


def _cell(found, day, now):
    name = found.name_of(day)
    return {"day": day, "rest": not found.works(day), "name": name, "own": day in found.own, "now": day == now}


def _special(found, year):
    """Days that differ from their weekday, neighbours of one name drawn together: [(first, last, name, works)]."""
    runs = []
    for offset in range(366):
        day = dt.date(year, 1, 1) + dt.timedelta(days=offset)
        name = found.name_of(day) if day.year == year else ""
        works = found.works(day)
        if not name:
            continue
        if runs and runs[-1][2:] == [name, works] and (day - runs[-1][1]).days == 1:
            runs[-1][1] = day
        else:
            runs.append([day, day, name, works])
    return runs
