"""System checks of the ground floor."""

from django.conf import settings
from django.core.checks import Error, register

from core.jobs import UnknownJob, registered


@register
def schedule_is_known(app_configs, **kwargs):
    found = []
    for line in settings.SCHEDULE:
        try:
            registered(line.name)
        except UnknownJob:
            found.append(Error(f"The beat table starts {line.name}, which no tasks.py registers.", id="core.E001"))
    return found
