"""Customers: the list, one customer's small deeds, the log, next steps. The page itself is the roof's ("customer")."""

from django.urls import path

from customers.views import (
    bulk,  # noqa: A004
    contacts,
    edit,
    keep,
    kept,
    line,
    list,
    log,
    merge,
    owed,
    pool,
    saved,
    steps,
    talks,
)

app_name = "customers"
urlpatterns = [
    path("customers", list.index, name="list"),
    path("customers/new", edit.new, name="new"),
    path("customers/bulk", bulk.change, name="bulk"),
    path("customers/views", saved.views, name="views"),
    path("customers/views/<int:pk>/remove", saved.remove, name="view_remove"),
    path("customers/tags", saved.tags, name="tags"),
    path("customers/alike", merge.alike, name="alike"),
    path("customers/merge", merge.two, name="merge_two"),
    path("customers/pairs", merge.pairs, name="pairs"),
    path("customers/pairs/<int:pk>/apart", merge.apart, name="pair_apart"),
    path("customers/<int:pk>/merge", merge.merge, name="merge"),
    path("customers/<int:pk>/edit", edit.edit, name="edit"),
    path("customers/<int:pk>/tag", keep.tag, name="tag"),
    path("customers/<int:pk>/archive", keep.archive, name="archive"),
    path("customers/<int:pk>/helpers", keep.helpers, name="helpers"),
    path("customers/<int:pk>/history", keep.history, name="history"),
    path("customers/<int:pk>/restore", keep.restore, name="restore"),
    path("customers/<int:pk>/contacts/new", contacts.new, name="contact_new"),
    path("contacts/<int:pk>/edit", contacts.edit, name="contact_edit"),
    path("contacts/<int:pk>/reveal", contacts.reveal, name="reveal"),
    path("customers/<int:pk>/pool", pool.move, name="pool_move"),
    path("pool", pool.index, name="pool"),
    path("pool/<int:pk>/claim", pool.claim, name="claim"),
    path("setup/pool", pool.rules, name="pool_rules"),
    path("log", log.log, name="log"),
    path("log/kept", kept.kept, name="log_kept"),
    path("log/line", line.line, name="line"),
    path("log/dates", line.dates, name="dates"),
    path("owed", owed.owed, name="owed"),
    path("follow-ups/<int:pk>/edit", talks.edit, name="talk_edit"),
    path("follow-ups/<int:pk>/comment", talks.comment, name="talk_comment"),
    path("customers/<int:pk>/steps/new", steps.new, name="step_new"),
    path("steps/<int:pk>/shift", steps.shift, name="step_shift"),
    path("steps/<int:pk>/done", steps.done, name="step_done"),
]
