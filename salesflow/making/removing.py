"""正式启用: the demo and its accounts go, what real people made stays (S25).

    going = Going.look()       what would go and what stays; reads only
    going.remove(by=…, now=…)  does it, in the caller's transaction

A customer stays when somebody with an account of his own made it, owns it, or imported it; with it stays everything on
it. An account of the demo that stands in what stays is deactivated instead of deleted. Reports and goals were counted
with the demo and go; departments, stages, kinds and switches stay as they are.
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q

from accounts.models import Team, User
from activity.models import Attachment, Event, Notification
from activity.recording import record
from collaboration.models import CollaborationRequest
from core.changing import change
from core.kept import forget
from customers.models import Customer
from exchange.models import ExportFile, ImportBatch
from pipeline.models import Deal, Meeting
from reviews.models import Answer, Improvement, MethodGoal, OpeningDeal, Review, Target, Themes

CHUNK = 500
UNDERSTOOD = (models.CASCADE, models.PROTECT)
NAMELESS = {("StageVersion", "by"), ("TopicWord", "by"), ("CustomerPair", "apart_by")}  # whose name matters to nobody
COUNTED = (Review, Themes, OpeningDeal)  # made by the house from what was there


@dataclass
class Going:
    """`rows` are {model: keys} that go; `kept` the demo's accounts that stand in what stays."""

    rows: dict = field(default_factory=dict)
    kept: set = field(default_factory=set)
    customers_kept: int = 0

    @classmethod
    def look(cls):
        found = cls()
        demo = set(User.objects.filter(is_demo=True).values_list("pk", flat=True))
        if demo:
            found._begin(demo)
            found._follow(dict(found.rows))
            found._accounts(demo)
            found._spare_teams(demo)
        return found

    def n(self, model):
        return len(self.rows.get(model, ()))

    @property
    def customers(self):
        return self.n(Customer)

    @property
    def deals(self):
        return self.n(Deal)

    @property
    def requests(self):
        return self.n(CollaborationRequest)

    @property
    def accounts(self):
        return self.n(User)

    @property
    def teams(self):
        return Team.objects.filter(pk__in=self.rows.get(Team, ()))

    @property
    def kept_people(self):
        return User.objects.filter(pk__in=self.kept).order_by("pk")

    @transaction.atomic
    def remove(self, *, by, now):
        """Delete what goes, in the transaction of the deed that tells of it. Files go once it is committed."""
        said = {"customers": self.customers, "accounts": self.accounts, "stayed": self.customers_kept}
        files = self._files()
        for user in self.kept_people:
            change(user, by=by, is_active=False, is_demo=False, session_stamp=user.session_stamp + 1)
        for model, keys in self.rows.items():
            for some in _parts(keys):
                if hasattr(model, "history"):
                    _delete(model.history.model, Q(id__in=some))
                _delete(model, Q(pk__in=some))
        self._let_go()
        forget()
        record("salesflow.went_live", by, by=by, at=now, **said)
        transaction.on_commit(lambda: [storage.delete(name) for storage, name in files])
        return said

    # --- What goes ---------------------------------------------------------------------------------------------
    def _begin(self, demo):
        real = Q(made_by__is_demo=False) | Q(owner__is_demo=False) | Q(batch__owner__is_demo=False)
        staying = set(Customer.objects.filter(real).values_list("pk", flat=True))
        self.customers_kept = len(staying)
        self._add(Customer, Customer.objects.exclude(pk__in=staying).values_list("pk", flat=True))
        asked = CollaborationRequest.objects.filter(customer=None).filter(Q(asker=None) | Q(asker__is_demo=True))
        self._add(CollaborationRequest, asked.values_list("pk", flat=True))
        for model in COUNTED:
            self._add(model, model.objects.values_list("pk", flat=True))
        for model in (Improvement, MethodGoal):
            ours = model.objects.filter(Q(owner__is_demo=True) | Q(made_by__is_demo=True))
            self._add(model, ours.values_list("pk", flat=True))
        self._add(Target, self._untouched(Target, demo))
        self._add(Answer, Answer.objects.filter(by__is_demo=True).values_list("pk", flat=True))
        self._add(
            Meeting, Meeting.objects.filter(Q(leader=None) | Q(leader__is_demo=True)).values_list("pk", flat=True)
        )
        self._add(ImportBatch, ImportBatch.objects.filter(owner__is_demo=True).values_list("pk", flat=True))
        about = Event.objects.filter(about_customer_id__in=self.rows.get(Customer, ()))
        own = Event.objects.filter(by__is_demo=True).exclude(about_customer_id__in=staying)
        self._add(Event, about.values_list("pk", flat=True))
        self._add(Event, own.values_list("pk", flat=True))

    def _untouched(self, model, demo):
        """Keys of rows that nobody with an account of his own ever made or changed."""
        real = model.history.filter(history_user__isnull=False).exclude(history_user__in=demo).values("id")
        return model.objects.exclude(pk__in=real).values_list("pk", flat=True)

    def _follow(self, new):
        """What hangs on something that goes, goes too; so does what is said about it."""
        while new:
            found = {}
            for model, name, to in _links():
                if to in new and to is not User:
                    for some in _parts(new[to]):
                        keys = model._base_manager.filter(**{f"{name}__in": some}).values_list("pk", flat=True)
                        found.setdefault(model, set()).update(keys)
            for model, name in ((Event, "subject"), (Notification, "subject"), (Attachment, "parent")):
                for to, keys in new.items():
                    kind = ContentType.objects.get_for_model(to)
                    for some in _parts(keys):
                        rows = model._base_manager.filter(**{f"{name}_type": kind, f"{name}_id__in": some})
                        found.setdefault(model, set()).update(rows.values_list("pk", flat=True))
            new = {model: self._add(model, keys) for model, keys in found.items()}
            new = {model: keys for model, keys in new.items() if keys}

    def _accounts(self, demo):
        """The demo's accounts go, with what is theirs alone, less those that stand in what stays."""
        for model, name, to in _links():
            if to is User and _kind(model, name) is models.PROTECT and (model.__name__, name) not in NAMELESS:
                left = model._base_manager.filter(**{f"{name}__in": demo}).exclude(pk__in=self.rows.get(model, ()))
                self.kept |= set(left.values_list(name, flat=True))
        self._add(User, demo - self.kept)
        self._with(User)

    def _spare_teams(self, demo):
        """Teams that came with the demo and that nothing of what stays names."""
        spare = set(self._untouched(Team, demo))
        for model, name, to in _links():
            if to is Team and _kind(model, name) is models.PROTECT:
                left = model._base_manager.filter(**{f"{name}__in": spare}).exclude(pk__in=self.rows.get(model, ()))
                spare -= set(left.values_list(name, flat=True))
        self._add(Team, spare)
        self._with(Team)

    def _with(self, of):
        """What goes with rows of `of` by itself."""
        new = {}
        for model, name, to in _links():
            if to is of and _kind(model, name) is models.CASCADE:
                for some in _parts(self.rows.get(of, ())):
                    rows = model._base_manager.filter(**{f"{name}__in": some})
                    new.setdefault(model, set()).update(self._add(model, rows.values_list("pk", flat=True)))
        self._follow({model: keys for model, keys in new.items() if keys})

    def _add(self, model, keys):
        """Those of the keys that were not known to go."""
        fresh = set(keys) - self.rows.get(model, set())
        if fresh:
            self.rows.setdefault(model, set()).update(fresh)
        return fresh

    # --- Doing it ----------------------------------------------------------------------------------------------
    def _let_go(self):
        """What stays names nothing that goes: links that may be empty become empty."""
        for model, name, to in _links(every=True):
            keys = self.rows.get(to)
            if keys and model._meta.get_field(name).null:
                for some in _parts(keys):
                    _empty(model, name, some)

    def _files(self):
        """(storage, name) of the stored files of rows that go."""
        found = []
        for model in (Attachment, ImportBatch, ExportFile):
            for some in _parts(self.rows.get(model, ())):
                rows = model._base_manager.filter(pk__in=some).exclude(file="")
                found += [(row.file.storage, row.file.name) for row in rows]
        return found


def _links(every=False):
    """(model, name of the field, model it leads to) of each link between tables; `every`: histories' own too."""
    for model in apps.get_models(include_auto_created=True):
        if hasattr(model, "history_object") and not every:
            continue
        for one in model._meta.concrete_fields:
            if one.is_relation and one.db_constraint and (every or _kind(model, one.name) in UNDERSTOOD):
                yield model, one.name, one.related_model


def _kind(model, name):
    return model._meta.get_field(name).remote_field.on_delete


def _parts(keys):
    keys = sorted(keys)
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]


def _empty(model, name, keys):
    """A link set to nothing outside the history: the row it named is gone, nothing was decided."""
    model._base_manager.filter(**{f"{name}__in": keys}).update(**{name: None})


def _delete(model, where):
    """Without a word to anybody: what hangs on it goes by itself, and a history of what never was is none."""
    rows = model._base_manager.filter(where)
    rows._raw_delete(rows.db)
