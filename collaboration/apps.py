from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    name = "collaboration"

    def ready(self):
        from django.utils.translation import gettext_lazy as _

        from accounts.accountable import register
        from accounts.leaving import on_leaving
        from activity.parents import parent
        from activity.undoing import undoer
        from collaboration import (
            bymail,
            deciding,
            editing,
            entry,
            entryforms,
            joining,
            linked,
            noticing,
            plugs,
            sheets,
            tuned,
        )
        from collaboration import unowned as loose
        from collaboration.models import CollaborationRequest
        from customers.merging import on_merge
        from exchange.linking import target
        from pipeline.entering import on_entered, on_entering

        on_entering(entry.enter_gated_stage, naming=entry.names_of_approvers, needing=entry.files_of_gate)
        on_entered(entry.raise_on_entry, offering=entry.offers, back=entry.take_back)
        on_leaving(plugs.hand_over, counting=plugs.count_open)
        register(loose.LooseRequests())
        register(loose.LooseApprovals())
        on_merge(plugs.move_to, back=plugs.move_back)
        parent(CollaborationRequest, visible=plugs.readable)
        target("request", _("Request"), offered=linked.offered, shown=linked.shown)
        noticing.plug()
        undoer(editing.EDITED, editing.undo_edit)
        undoer(joining.MERGED, joining.unmerge)
        undoer(joining.SPLIT, joining.unsplit)
        deciding.plug()
        bymail.plug()
        entryforms.plug()
        tuned.plug()
        sheets.plug()
