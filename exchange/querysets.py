"""Questions asked of import batches: their maker's own, admins may look."""

from django.db import models


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.filter(owner=user)

    def busy(self):
        return self.filter(state__in=["checking", "importing"])


class RowQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.filter(batch__owner=user)

    def save_many(self, rows, fields):
        """Write some fields of rows that are there: an upsert, since a CASE of thousands of JSON values is slow."""
        keep = {"update_conflicts": True, "unique_fields": ["id"], "update_fields": fields}
        return self.bulk_create(rows, batch_size=1000, **keep) if rows else []


class ProfileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those that are for everybody."""
        return self.filter(models.Q(owner=user) | models.Q(shared=True))


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An export is its maker's alone: it holds what he could see."""
        return self.filter(owner=user)

    def made_between(self, start, end):
        """Everybody's: to count what they were narrowed by, never to be shown."""
        return self.filter(made_at__gte=start, made_at__lt=end)

    def listed_to(self, user):
        """That it was made, by whoever sells in the teams somebody leads; the file stays its maker's."""
        sellers = self.filter(owner__role__in=["rep", "manager"], owner__team__in=user.teams_led())
        return sellers.exclude(owner=user)


class FormUseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """How long forms take is the admins' to mend."""
        return self if user.is_admin else self.none()


class DefinedQuerySet(models.QuerySet):
    """Fields and tables an admin made: their names are seen by whoever sees customers."""

    def visible_to(self, user):
        return self if user.is_admin or user.sells else self.none()


class AskedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """How a form asks is seen by whoever opens it."""
        return self


class UselessQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; admins and managers read them all, without a name."""
        return self if user.is_admin or user.is_manager else self.filter(by=user)

    def standing(self):
        return self.filter(taken_back_at=None)
