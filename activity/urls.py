"""Messages, undo, files."""

from django.urls import path

from activity.views import files, messages, notices, undo

app_name = "activity"
urlpatterns = [
    path("messages", messages.messages, name="messages"),
    path("messages/read", messages.read, name="read"),
    path("me/messages", notices.own, name="notices"),
    path("setup/messages", notices.defaults, name="notice_defaults"),
    path("undo/<int:pk>", undo.take_back, name="undo"),
    path("files/<int:pk>", files.download, name="download"),
    path("files/<int:pk>/view", files.view_file, name="view_file"),
    path("files/<int:pk>/remove", files.remove_file, name="remove_file"),
]
