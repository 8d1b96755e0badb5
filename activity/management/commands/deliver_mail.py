from core.management.base import JobCommand


class Command(JobCommand):
    help = "Mail the messages that are due."
