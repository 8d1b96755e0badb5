from django.apps import AppConfig


class SalesflowConfig(AppConfig):
    name = "salesflow"

    def ready(self):
        from accounts.undoing import UNDOERS
        from activity.undoing import undoer
        from collaboration.life import VERBS
        from core.companions import accompany
        from salesflow import noticing
        from salesflow.navigation import counted

        noticing.plug()
        for verb, take_back in UNDOERS.items():
            undoer(verb, take_back)
        for verb in VERBS:
            accompany(f"collaboration.{verb}", counted)
