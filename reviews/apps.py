from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self):
        from customers.answering import answering
        from customers.logged import after_log
        from reviews import answers, noticing, sheets

        noticing.plug()
        sheets.plug()
        answering(answers.shown)
        after_log(answers.note_said)
