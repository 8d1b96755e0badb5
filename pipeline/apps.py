from django.apps import AppConfig

WATCHED = (  # figures are read from them
    "Deal", "HistoricalDeal", "Stage", "StageProgress", "CardNote", "LossReason", "Payment", "Risk",
)


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self):
        from django.utils.translation import gettext_lazy as _

        from accounts.accountable import register
        from accounts.leaving import on_closing, on_leaving
        from activity.undoing import undoer
        from core.answers import watch
        from customers.columns import column
        from customers.logged import after_log, guess_by_stage, offer_deals, offer_lines
        from customers.merging import on_merge
        from customers.opening import opener
        from customers.pooling import on_working
        from customers.transferring import hands, on_assign
        from exchange.linking import target
        from pipeline import (
            columns,
            daily,
            decisions,
            entryforms,
            handing,
            linked,
            noticing,
            offered,
            opening,
            pasting,
            restaging,
            sheets,
            sheets_history,
            tuned,
            undoing,
            unowned,
        )

        watch(*(self.get_model(name) for name in WATCHED))
        entryforms.plug()
        tuned.plug()
        noticing.plug()
        opener(opening.open_deals)
        after_log(daily.after_log)
        offer_deals(offered.open_deals_of)
        offer_lines(offered.lines)
        guess_by_stage(offered.purpose_of)
        on_assign(handing.follow_customers)
        on_working(handing.worked_since)
        on_merge(handing.move_to_kept, back=handing.move_back)
        on_leaving(handing.hand_over)
        hands(handing.VERB)
        for check in unowned.CHECKS:
            register(check())
        on_closing(restaging.needs_department)
        target("deal", _("Deal"), offered=linked.offered, shown=linked.shown)
        column("stage", _("Stage"), columns.stage_cells, then=columns.stage_cells_then)
        for verb in ("pipeline.moved", "pipeline.won", "pipeline.lost"):
            undoer(verb, undoing.undo_move)
        undoer("pipeline.pasted", pasting.undo_block)
        decisions.plug()
        for verb, take_back in restaging.UNDOERS.items():
            undoer(verb, take_back)
        sheets.plug()
        sheets_history.plug()
