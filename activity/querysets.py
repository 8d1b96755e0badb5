"""Questions asked of events, notifications and attachments: always about a thing already fetched, or one's own."""

from django.contrib.contenttypes.models import ContentType
from django.db import models

from activity.parents import files_of_visible


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Events one may act on without their subject at hand: one's own deeds, all for admins. The subject is
        fetched again through its gate before anything is shown or undone."""
        return self if user.is_admin else self.filter(by=user)

    def about(self, subject):
        """Events of a thing that was itself fetched through its gate (D9)."""
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)

    def about_customer(self, customer):
        """Everything that happened around one customer, itself fetched through its gate."""
        return self.filter(about_customer_id=customer.pk)


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient=user)

    def waiting(self):
        """Unread in the bell."""
        return self.filter(read_at=None, over_at=None, in_bell=True)

    def waiting_anywhere(self):
        """Unread and still true, in the bell or on its way by mail."""
        return self.filter(read_at=None, over_at=None)

    def about(self, subject):
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files whose parent somebody may see now."""
        return self.filter(files_of_visible(user), removed_at=None)

    def of(self, parent):
        """Files of a thing that was itself fetched through its gate."""
        kind = ContentType.objects.get_for_model(parent)
        return self.filter(parent_type=kind, parent_id=parent.pk, removed_at=None)


class RobotQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.none()
