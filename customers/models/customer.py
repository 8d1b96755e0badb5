"""The company we sell to, who may work on it, and the history of its tag (D2, D10, D11)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Versioned
from customers.querysets import CustomerQuerySet


class Customer(Versioned):
    class Tag(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        INTERESTED = "interested", _("Interested")
        HOT = "hot", _("High intent")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    class Grade(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"

    name = models.CharField(_("Customer"), max_length=200)
    name_key = models.CharField(max_length=200, editable=False, db_index=True)  # normalised; not unique
    pinyin = models.CharField(max_length=400, blank=True, editable=False)
    initials = models.CharField(max_length=200, blank=True, editable=False)
    industry = models.CharField(_("Industry"), max_length=60, blank=True)
    size_text = models.CharField(_("Size"), max_length=60, blank=True)  # the template's words: 500-1000人
    staff_min = models.PositiveIntegerField(null=True, blank=True)
    staff_max = models.PositiveIntegerField(null=True, blank=True)
    revenue = models.DecimalField(_("Revenue"), max_digits=16, decimal_places=2, null=True, blank=True)  # CNY a year
    source = models.CharField(_("Source"), max_length=40, blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    website = models.CharField(_("Website"), max_length=200, blank=True)
    notes = models.TextField(_("Notes"), max_length=20_000, blank=True)
    tag = models.CharField(_("Tag"), max_length=10, choices=Tag.choices, default=Tag.PROSPECT)
    grade = models.CharField(_("Class"), max_length=1, choices=Grade.choices, blank=True)
    labels = models.CharField(_("Labels"), max_length=300, blank=True)  # free words, ",大客户,展会,"
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="customers",
        verbose_name=_("Owner"),
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="customers",
        verbose_name=_("Team"),
    )
    pooled_at = models.DateTimeField(null=True, blank=True)
    pooled_from = models.ForeignKey(  # who had it before: he may not take it back at once (customers/pooling.py)
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("Owner before the pool"),
    )
    pool_locked = models.BooleanField(_("Never to the pool"), default=False, db_default=False)  # a key account
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    custom = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(
        "exchange.ImportBatch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    # Pushed down from pipeline by note_deals(): never read up.
    open_deals = models.PositiveIntegerField(default=0, editable=False)
    open_amount = models.DecimalField(max_digits=16, decimal_places=2, default=0, editable=False)
    limit_days = models.PositiveSmallIntegerField(null=True, editable=False)  # smallest stage limit of its open deals
    opened_on = models.DateField(null=True, editable=False)  # its first deal's opening, company day
    # Kept by the customer's own verbs.
    last_contact_on = models.DateField(null=True, editable=False)  # newest talked or sent, company day
    last_contact_at = models.DateTimeField(null=True, editable=False)
    quiet_since = models.DateField(null=True, editable=False)  # last_contact_on, else opened_on: what stale counts from
    tries = models.PositiveSmallIntegerField(default=0, editable=False)  # no_answer since the last contact
    next_step_on = models.DateField(null=True, editable=False)  # earliest open step of ours
    waiting_until = models.DateField(null=True, editable=False)  # latest open waiting step
    first_response_at = models.DateTimeField(null=True, editable=False)
    alarms_from = models.DateField(null=True, editable=False)  # after an import alarms start later (D24)
    flagged_on = models.DateField(null=True, editable=False)  # the day this quiet spell was flagged by the job
    told_on = models.DateField(null=True, editable=False)  # the working day its owner was told of this quiet spell
    owned_on = models.DateField(null=True, editable=False)  # since when its owner has it; empty: since it was made
    pool_told_on = models.DateField(null=True, editable=False)  # the day its owner was warned of the pool

    objects = CustomerQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=[
            "name_key", "pinyin", "initials", "open_deals", "open_amount", "limit_days", "opened_on",
            "last_contact_on", "last_contact_at", "quiet_since", "tries", "next_step_on", "waiting_until",
            "first_response_at", "alarms_from", "flagged_on", "told_on", "owned_on", "pool_told_on",
        ]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tag__in=["prospect", "interested", "hot", "won", "lost"]), name="customer_tag_known"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-last_contact_at", "-id"], name="customer_of_owner"),
            models.Index(fields=["team", "-last_contact_at", "-id"], name="customer_of_team"),
            models.Index(fields=["-last_contact_at", "-id"], name="customer_latest"),
            models.Index(  # the list is counted and leafed through by it without a look at the rows
                fields=["-last_contact_at", "-id", "owner", "team"], name="customer_listed",
                condition=models.Q(archived_at=None, merged_into=None),
            ),
            models.Index(  # leads nobody has spoken to: the newest of them are asked for all day
                fields=["made_at"], name="customer_unanswered", condition=models.Q(first_response_at=None),
            ),
            models.Index(  # how many carry each tag, over every list: counted in its order without a look at the rows
                fields=["tag", "owner", "team"], name="customer_tagged",
                condition=models.Q(archived_at=None, merged_into=None),
            ),
            models.Index(  # all that says whether one is quiet (customers/staleness.py), and whose it is: counted by
                # tag, person or team without the rows
                fields=[
                    "tag", "limit_days", "quiet_since", "open_deals", "waiting_until", "grade", "next_step_on",
                    "pooled_at", "owner", "team", "id",
                ],
                name="customer_quiet",
                condition=models.Q(archived_at=None, merged_into=None),
            ),
            models.Index(fields=["pinyin", "id"], name="customer_by_name"),
            models.Index(fields=["-open_amount", "id"], name="customer_by_worth"),
            models.Index(fields=["next_step_on", "id"], name="customer_next_step"),
            models.Index(
                fields=["-pooled_at", "-id"], name="customer_in_pool", condition=models.Q(pooled_at__isnull=False)
            ),
        ]

    def __str__(self):
        return self.name


class CustomerHelper(models.Model):
    """Somebody who works on a customer beside its owner: the owner's rights without transfer, archive, export (D2)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="helpers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helps")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="helper_once")]

    def __str__(self):
        return f"{self.user} → {self.customer}"


class TagChange(models.Model):
    """One change of a customer's tag. Append-only; undone ones are voided, not deleted. The named rates count these."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tag_changes")
    old = models.CharField(max_length=10, blank=True)  # empty: the first tag
    new = models.CharField(max_length=10)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=10, default="person")  # person | deal | import
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "at"], name="tagchange_of"),
            models.Index(fields=["new", "at"], name="tagchange_entered"),
            models.Index(fields=["at"], name="tagchange_first", condition=models.Q(old="")),  # new customers
        ]

    def __str__(self):
        return f"{self.old} → {self.new}"


class Gram(models.Model):
    """The search table (D42): grams of 1 and 2 characters, pinyin, its initials and phone tails of names and
    contacts."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="grams")
    gram = models.CharField(max_length=12)
    kind = models.CharField(max_length=1)  # n name, c contact, i initials, y pinyin, p phone

    class Meta:
        indexes = [models.Index(fields=["gram", "kind", "customer"], name="gram_find")]

    def __str__(self):
        return self.gram
