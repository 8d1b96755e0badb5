from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self):
        from accounts.leaving import on_leaving
        from activity.parents import parent
        from activity.undoing import undoer
        from customers import bulk, keeping, limits, merging, sheets, transferring
        from customers.models import Customer, FollowUp

        sheets.plug()
        parent(Customer, visible=Customer.objects.visible_to)
        parent(FollowUp, visible=FollowUp.objects.visible_to)
        on_leaving(transferring.hand_over_all, counting=transferring.count_all)
        undoer("customers.bulk", bulk.undo_bulk)
        undoer(limits.VERB, limits.undo_limits)
        undoer("customers.archived", keeping.undo_archive)
        undoer("customers.merged", merging.undo_merge)
