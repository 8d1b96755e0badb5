from core.management.base import JobCommand


class Command(JobCommand):
    help = "Find customers that may be one company, for managers and admins to decide."
