from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    name = "collaboration"

    def ready(self):
        from accounts.leaving import on_leaving
        from activity.parents import parent
        from collaboration import plugs, sheets
        from collaboration.models import CollaborationRequest
        from customers.merging import on_merge
        from pipeline.entering import on_entering

        on_entering(plugs.enter_gated_stage)
        on_leaving(plugs.hand_over, counting=plugs.count_open)
        on_merge(plugs.move_to, back=plugs.move_back)
        parent(CollaborationRequest, visible=plugs.readable)
        sheets.plug()
