from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "activity"

    def ready(self):
        from accounts.happened import listen
        from activity import noticing
        from activity.recording import record

        noticing.plug()
        listen(record)
