from django.urls import include, path

from pipeline.views import board, deals, many, move, paste, stages, table, update

pages = (
    [
        # board and table
        path("pipeline", board.board, name="board"),
        path("pipeline/table", table.table, name="table"),
        path("pipeline/table/paste", paste.paste, name="paste"),
        path("pipeline/filters", board.filters, name="filters"),
        path("pipeline/column/<int:stage>", board.more, name="more"),
        path("pipeline/column/<int:stage>/fold", board.fold, name="fold"),
        # a deal
        path("deals/many", many.many, name="many"),
        path("deals/<int:pk>", deals.deal, name="deal"),
        path("deals/<int:pk>/peek", deals.peek, name="peek"),
        path("deals/<int:pk>/risks/<int:risk>/close", deals.close_risk, name="risk_close"),
        path("deals/<int:pk>/needs/<int:need>/close", deals.close_need, name="need_close"),
        path("deals/<int:pk>/edit", deals.edit, name="deal_edit"),
        path("deals/<int:pk>/move", move.move, name="move"),
        path("deals/<int:pk>/lost", move.lost, name="lost"),
        path("deals/<int:pk>/field", table.field, name="field"),
        path("customers/<int:pk>/deals", deals.customer_panel, name="customer_panel"),
        path("customers/<int:customer>/deals/new", deals.new, name="deal_new"),
        # end of day
        path("today/update", update.update, name="update"),
        path("today/update", update.update, name="update_all"),
        path("today/update/<int:pk>", update.update_row, name="update_row"),
        # the method
        path("process", stages.process, name="process"),
    ],
    "pipeline",
)

urlpatterns = [
    path("", include(pages)),
    path("setup/stages", stages.stages, name="setup_stages"),
    path("setup/stages/new", stages.add, name="setup_stage_new"),
    path("setup/stages/order", stages.reorder, name="setup_stages_order"),
    path("setup/stages/<int:pk>", stages.stage, name="setup_stage"),
    path("setup/stages/<int:pk>/shift", stages.shift, name="setup_stage_shift"),
    path("setup/stages/<int:pk>/retire", stages.retire, name="setup_stage_retire"),
    path("setup/stages/<int:pk>/merge", stages.merge, name="setup_stage_merge"),
]
