"""A link for a group to join by, and who asked through it (S24)."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.user import User
from accounts.querysets import JoinAskQuerySet, JoinLinkQuerySet


def _nonce():
    return secrets.token_hex(16)


class JoinLink(models.Model):
    """One link (and its QR) for many. It says who may be let in, and as what unless the admin says otherwise. Its token
    is signed from `nonce` with the installation's key (accounts/joining.py), so a copy of the table opens nothing."""

    name = models.CharField(_("For whom"), max_length=60)
    role = models.CharField(_("Role"), max_length=10, choices=User.Role.choices, default=User.Role.REP)
    department = models.ForeignKey(
        "accounts.Department",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Department"),
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Team")
    )
    nonce = models.CharField(max_length=32, default=_nonce, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # by hand, before its time

    objects = JoinLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self):
        return self.name


class JoinAsk(models.Model):
    """Somebody who typed name and mobile on a join link's page, until an admin lets him in or does not."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("join", "Waiting")
        APPROVED = "approved", pgettext_lazy("join", "Let in")
        REFUSED = "refused", pgettext_lazy("join", "Refused")

    link = models.ForeignKey(JoinLink, on_delete=models.CASCADE, related_name="asks")
    name = models.CharField(_("Name"), max_length=60)
    mobile = models.CharField(_("Mobile"), max_length=20)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(  # the account that was made for him
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = JoinAskQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]

    def __str__(self):
        return self.name
