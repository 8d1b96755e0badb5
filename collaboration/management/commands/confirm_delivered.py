from core.management.base import JobCommand


class Command(JobCommand):
    help = "Confirm what was delivered 14 days ago, agree to dates nobody answered."
