from core.management.base import JobCommand


class Command(JobCommand):
    help = "Next steps due (before noon) or the end-of-day update (after noon): bell and mail, once a person and day."
