from core.management.base import JobCommand


class Command(JobCommand):
    help = "Write the three tables as a workbook under <data>/copies and keep the newest fourteen."
