from core.management.base import JobCommand


class Command(JobCommand):
    help = "Remind of and escalate requests near or past their clocks."
