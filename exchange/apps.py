from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self):
        from core.entryforms import on_saved
        from exchange import formuse, noticing

        noticing.plug()
        on_saved(formuse.note)
