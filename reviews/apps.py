from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self):
        from core.answers import watch
        from reviews import noticing, sheets

        watch(self.get_model("Target"))
        noticing.plug()
        sheets.plug()
