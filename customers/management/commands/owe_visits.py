from core.management.base import JobCommand


class Command(JobCommand):
    help = "Visits and meetings whose planned time is over become owed a log."
