from core.management.base import JobCommand


class Command(JobCommand):
    help = "Warn owners, and move customers nobody followed up to the pool (when it is switched on)."
