from django.urls import path

from collaboration.views import act, kinds, many, new, nudge, page, panel, parts, queue

app_name = "collaboration"
urlpatterns = [
    path("requests", queue.show, name="queue"),
    path("requests/new", new.new, name="new"),
    path("requests/many", many.many, name="many"),
    path("requests/R-<int:number>", page.show, name="page"),
    path("requests/R-<int:number>/edit", page.edit, name="edit"),
    path("requests/R-<int:number>/comment", page.comment, name="comment"),
    path("requests/R-<int:number>/files", page.add_file, name="files"),
    path("requests/R-<int:number>/nudge", nudge.nudge, name="nudge"),
    path("requests/R-<int:number>/items", parts.add_item, name="items"),
    path("requests/R-<int:number>/items/<int:pk>", parts.item, name="item"),
    path("requests/R-<int:number>/links", parts.link, name="links"),
    path("requests/R-<int:number>/watchers", parts.watch, name="watchers"),
    path("requests/R-<int:number>/merge", parts.merge, name="merge"),
    path("requests/R-<int:number>/split", parts.split, name="split"),
    path("requests/R-<int:number>/<slug:verb>", act.act, name="verb"),
    path("setup/kinds", kinds.kinds, name="kinds"),
    path("setup/kinds/new", kinds.kind_new, name="kind_new"),
    path("setup/kinds/<int:pk>", kinds.kind, name="kind"),
    path("customers/<int:pk>/requests", panel.customer_panel, name="customer_panel"),
]
