"""People. Exactly one role a user; department and team are foreign keys (D1)."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.places import Team
from accounts.querysets import TokenQuerySet, UserQuerySet
from core.models import Versioned


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class PersonHistory(HistoricalRecords):
    """What a person is, from when on. That he was here (last_login, seen_at) or has a new password changes nothing of
    it: such a save leaves no row, so that what is kept by the moment of the last one is not read again."""

    def post_save(self, instance, created, using=None, update_fields=None, **kwargs):
        if created or not update_fields or set(update_fields) - set(self.excluded_fields):
            super().post_save(instance, created, using=using, update_fields=update_fields, **kwargs)


class User(AbstractBaseUser, Versioned):
    class Role(models.TextChoices):
        REP = "rep", _("Sales rep")
        MANAGER = "manager", _("Sales manager")
        SUPPORT = "support", _("Support department")
        ADMIN = "admin", _("Administrator")

    class Theme(models.TextChoices):
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")
        SYSTEM = "system", _("Follow system")

    username = models.CharField(_("Login"), max_length=60, unique=True)
    name = models.CharField(_("Name"), max_length=60)
    pinyin = models.CharField(max_length=200, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False, db_index=True)
    email = models.EmailField(_("Email"), blank=True, db_index=True)
    mobile = models.CharField(_("Mobile"), max_length=20, blank=True, db_index=True)
    role = models.CharField(_("Role"), max_length=10, choices=Role.choices)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="people",
        verbose_name=_("Department"),
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("Team")
    )
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    session_stamp = models.PositiveIntegerField(default=0, editable=False)  # one more ends every session and link
    seen_at = models.DateTimeField(null=True, blank=True)  # last request, written at most every five minutes

    language = models.CharField(max_length=10, blank=True)  # empty: what the browser asks for
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.LIGHT)
    dense = models.BooleanField(default=False)
    single_keys = models.BooleanField(default=True)  # single-letter shortcuts (WCAG 2.1.4)
    mail_reminders = models.BooleanField(default=True)
    notices = models.JSONField(default=dict, blank=True)  # {topic: {"bell": bool, "mail": "" | "now" | "day"}}, own
    quiet_from = models.TimeField(_("No mail from"), null=True, blank=True)  # empty: the company's
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    morning_at = models.TimeField(_("The morning's mail at"), null=True, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()
    history = PersonHistory(excluded_fields=["password", "last_login", "seen_at"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["rep", "manager", "support", "admin"]), name="user_has_one_role"
            ),
            models.UniqueConstraint(
                fields=["email"], condition=~models.Q(email=""), name="user_email_once"
            ),
            models.UniqueConstraint(
                fields=["mobile"], condition=~models.Q(mobile=""), name="user_mobile_once"
            ),
        ]

    def __str__(self):
        return self.name

    def _get_session_auth_hash(self, secret=None):
        """A session ends with a new password, another role, deactivation, or "sign out everywhere" (INV-11).

        The stamp only grows, so re-activation revives nothing."""
        parts = f"{self.password}|{self.role}|{self.is_active}|{self.session_stamp}"
        return salted_hmac("accounts.session", parts, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_rep(self):
        return self.role == self.Role.REP

    @property
    def is_manager(self):
        return self.role == self.Role.MANAGER

    @property
    def is_support(self):
        return self.role == self.Role.SUPPORT

    @property
    def is_admin(self):
        return self.role == self.Role.ADMIN

    @property
    def sells(self):
        """Reps and managers own customers; admins may enter for them (D7)."""
        return self.role in (self.Role.REP, self.Role.MANAGER)

    def get_short_name(self):
        return self.name

    def teams_led(self):
        """Ids of the teams whose customers a manager sees: read once a request, since every gate asks it, and with
        the person who is signed in (with_places)."""
        if not hasattr(self, "_teams_led"):
            if not self.is_manager:
                self._teams_led = []
            elif hasattr(self, "keys_led"):
                self._teams_led = sorted(int(key) for key in (self.keys_led or "").split(",") if key)
            else:
                self._teams_led = list(Team.objects.led_by(self).values_list("pk", flat=True))
        return self._teams_led

    def helped(self):
        """Ids of the customers somebody helps at: numbers where they came with who is signed in (with_places), so
        that the gate can use the indexes of what else it asks; a query of them elsewhere."""
        if hasattr(self, "keys_helped"):
            return [int(key) for key in (self.keys_helped or "").split(",") if key]
        return self.helps.values_list("customer_id", flat=True)


class Invitation(models.Model):
    """A one-time link that lets somebody set the first password of an account an admin made (24 hours to 7 days)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return f"{self.user} {self.made_at:%Y-%m-%d}"


class FeedAddress(models.Model):
    """The secret address of a calendar feed; it holds as long as `stamp` is the person's (accounts/feeds.py)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="feed_addresses")
    token_hash = models.CharField(max_length=64, unique=True)
    stamp = models.CharField(max_length=128)
    made_at = models.DateTimeField()

    def __str__(self):
        return f"{self.user} {self.made_at:%Y-%m-%d}"


class ApiToken(models.Model):
    """A personal token of another program (accounts/tokens.py); it holds as long as `stamp` is the person's."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    writes = models.BooleanField(default=False)  # else it only reads
    token_hash = models.CharField(max_length=64, unique=True)
    stamp = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    def __str__(self):
        return f"{self.user} {self.name}"
