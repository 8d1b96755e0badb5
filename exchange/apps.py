from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self):
        from activity.undoing import undoer
        from core.entryforms import on_saved
        from exchange import defining, formuse, noticing, tuning

        noticing.plug()
        undoer(defining.ADDED, defining.undo_field)
        undoer(defining.CHANGED, defining.undo_field)
        undoer(defining.TABLE_ADDED, defining.undo_table)
        undoer(defining.TABLE_CHANGED, defining.undo_table)
        undoer(tuning.ASKED, tuning.undo_asked)
        on_saved(formuse.note)
