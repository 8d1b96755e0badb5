from core.management.base import JobCommand


class Command(JobCommand):
    help = "Keep what is open on the first day of the running month; a second run adds nothing."
