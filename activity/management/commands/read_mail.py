from core.management.base import JobCommand


class Command(JobCommand):
    help = "Take the answers to our mails from the mailbox (MAILBOX_URL)."
