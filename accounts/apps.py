from django.apps import AppConfig

WATCHED = ("Department", "Team", "WorkingHours", "CompanyDay", "Leave", "Setting")  # seldom written, read by figures


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from core.answers import watch

        watch(*(self.get_model(name) for name in WATCHED))
