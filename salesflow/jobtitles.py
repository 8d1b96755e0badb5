"""What the page of jobs calls each job: a title in the reader's language instead of the name in the code (R63)."""

from django.utils.translation import gettext_lazy as _

TITLES = {
    "apply_import": _("Import: save the rows"),
    "build_monthly_review": _("Monthly review"),
    "build_weekly_review": _("Weekly review"),
    "check_import": _("Import: check the rows"),
    "check_unowned": _("Look for open work nobody answers for"),
    "confirm_delivered": _("Confirm delivered requests nobody objected to"),
    "deliver_mail": _("Send messages by mail"),
    "draw_agreement": _("Draw the deals of the stage agreement"),
    "end_repeats": _("End weekly steps that are no longer needed"),
    "flag_stale": _("Flag quiet customers"),
    "greet_department": _("Morning message of a department"),
    "greet_team": _("Morning message of a team"),
    "greet_teams": _("Morning messages to team groups"),
    "make_backup": _("Backup of database and files"),
    "make_export": _("Export"),
    "mine_themes": _("Find the themes of the week"),
    "owe_visits": _("Ask for the log of visits that ended"),
    "read_mail": _("Take answers by mail"),
    "recycle_pool": _("Customer pool: warn and recycle"),
    "remind": _("Morning reminder"),
    "remind_update": _("End-of-day reminder"),
    "suggest_pairs": _("Look for duplicate customers"),
    "tell_group": _("Say in a group what came in"),
    "sweep_files": _("Clear files nothing names"),
    "sweep_requests": _("Remind of and escalate requests"),
    "tell_hooks": _("Tell webhooks what happened"),
    "tell_lagging": _("Say which teams are far behind"),
    "test_robot": _("Test of a group robot"),
    "take_opening": _("Keep the month's opening pipeline"),
    "try_backup": _("Trial restore of the newest backup"),
    "write_copies": _("Nightly copies of the three tables"),
}


def title_of(name):
    """The title, or the name itself for a job that has none."""
    return TITLES.get(name, name)
