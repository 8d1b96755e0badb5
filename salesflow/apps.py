from django.apps import AppConfig


class SalesflowConfig(AppConfig):
    name = "salesflow"

    def ready(self):
        from collaboration.life import VERBS
        from core.companions import accompany
        from salesflow import noticing
        from salesflow.navigation import counted

        noticing.plug()
        for verb in VERBS:
            accompany(f"collaboration.{verb}", counted)
