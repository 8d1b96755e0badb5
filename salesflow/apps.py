from django.apps import AppConfig


class SalesflowConfig(AppConfig):
    name = "salesflow"
