from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self):
        from django.utils.translation import gettext_lazy as _

        from accounts.leaving import on_leaving
        from activity.undoing import undoer
        from customers.columns import column
        from customers.logged import after_log, guess_by_stage, offer_deals
        from customers.merging import on_merge
        from customers.opening import opener
        from customers.transferring import on_assign
        from pipeline import columns, daily, handing, offered, opening, pasting, sheets, undoing

        opener(opening.open_deals)
        after_log(daily.after_log)
        offer_deals(offered.open_deals_of)
        guess_by_stage(offered.purpose_of)
        on_assign(handing.follow_customers)
        on_merge(handing.move_to_kept, back=handing.move_back)
        on_leaving(handing.hand_over)
        column("stage", _("Stage"), columns.stage_cells)
        for verb in ("pipeline.moved", "pipeline.won", "pipeline.lost"):
            undoer(verb, undoing.undo_move)
        undoer("pipeline.pasted", pasting.undo_block)
        sheets.plug()
