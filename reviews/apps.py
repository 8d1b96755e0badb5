from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self):
        from core.answers import watch
        from customers.answering import answering
        from customers.logged import after_log
        from reviews import answers, noticing, sheets

        watch(self.get_model("Target"), self.get_model("HistoricalTarget"))
        noticing.plug()
        sheets.plug()
        answering(answers.shown)
        after_log(answers.note_said)
