from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self):
        from accounts.accountable import register
        from accounts.leaving import on_leaving
        from activity.parents import parent
        from activity.undoing import undoer
        from core.answers import watch
        from customers import (
            bulk,
            entryforms,
            keeping,
            limits,
            merging,
            noticing,
            rowkeeping,
            sheets,
            steps,
            teaching,
            transferring,
            tuned,
            unowned,
        )
        from customers.models import Customer, CustomerHelper, FollowUp, Need, NextStep, TagChange, Topic

        watch(Customer, Customer.history.model, CustomerHelper, FollowUp, Need, NextStep, TagChange, Topic)
        entryforms.plug()
        tuned.plug()
        noticing.plug()
        sheets.plug()
        parent(Customer, visible=Customer.objects.visible_to)
        parent(FollowUp, visible=FollowUp.objects.visible_to)
        on_leaving(transferring.hand_over_all, counting=transferring.count_all)
        register(unowned.LooseCustomers())
        register(unowned.LooseSteps())
        undoer("customers.bulk", bulk.undo_bulk)
        undoer("customers.shifted", steps.undo_shift)
        undoer(limits.VERB, limits.undo_limits)
        undoer("customers.archived", keeping.undo_archive)
        undoer("customers.merged", merging.undo_merge)
        undoer(teaching.TAUGHT, teaching.undo_taught)
        undoer(teaching.TAKEN, teaching.undo_taken)
        undoer(teaching.ADDED, teaching.undo_added)
        parent(Topic, visible=lambda user: Topic.objects.all() if teaching.may_label(user) else Topic.objects.none())
        undoer(rowkeeping.REMOVED, rowkeeping.undo_remove)
