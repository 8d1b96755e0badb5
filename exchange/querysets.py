"""Questions asked of import batches: their maker's own, admins may look."""

from django.db import models


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.filter(owner=user)
