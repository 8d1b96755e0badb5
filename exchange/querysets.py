"""Questions asked of import batches: their maker's own, admins may look."""

from django.db import models


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.filter(owner=user)

    def busy(self):
        return self.filter(state__in=["checking", "importing"])


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An export is its maker's alone: it holds what he could see."""
        return self.filter(owner=user)
