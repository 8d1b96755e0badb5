from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self):
        from activity.undoing import undoer
        from customers.logged import after_log
        from customers.opening import opener
        from pipeline import daily, opening, sheets, undoing

        opener(opening.open_deals)
        after_log(daily.after_log)
        for verb in ("pipeline.moved", "pipeline.won", "pipeline.lost"):
            undoer(verb, undoing.undo_move)
        sheets.plug()
