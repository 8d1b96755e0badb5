"""Saved filters (保存筛选): a page and its validated query string, private or shared with a team."""

from django.conf import settings
from django.db import models

from accounts.querysets import SavedViewQuerySet


class SavedView(models.Model):
    page = models.CharField(max_length=40)  # the URL name, e.g. "customers:list"
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self):
        return self.name
