"""Questions asked of people, departments, teams, the calendar and saved filters."""

from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value

from core.joining import Keys
from core.text import phone_key


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def visible_to(self, user):
        """Colleagues a person may see by name and pick: everybody active for people, all for admins."""
        return self if user.is_admin else self.filter(Q(is_active=True) | Q(pk=user.pk))

    def called(self, login):
        """The person of a login name, mail address or mobile number; None for nobody. Exact login names win."""
        login = login.strip()
        if not login:
            return None
        named = Q(username__iexact=login) | Q(email__iexact=login)
        digits = phone_key(login)
        if len(digits) >= 7 and "*" not in digits:
            named |= Q(mobile=digits)
        found = list(self.filter(named)[:5])
        found.sort(key=lambda user: (user.username != login, user.username.lower() != login.lower(), user.pk))
        return found[0] if found else None

    def with_places(self):
        """With department, team and (as text) the teams led and the customers helped at: every page asks for them,
        one query for all."""
        teams = self.model.team.field.related_model.objects
        led = teams.led_by_key(OuterRef("pk")).order_by().values(one=Value(1)).annotate(keys=Keys("pk")).values("keys")
        helping = self.model._meta.get_field("helps").related_model.objects.filter(user=OuterRef("pk")).order_by()
        helped = helping.values(one=Value(1)).annotate(keys=Keys("customer_id")).values("keys")
        return self.select_related("department", "team").annotate(keys_led=Subquery(led), keys_helped=Subquery(helped))

    def waiting(self):
        """Who has an account and never signed in."""
        return self.active().filter(last_login=None).order_by("pinyin", "pk")

    def sellers(self):
        return self.active().filter(role__in=["rep", "manager"])

    def assignable_by(self, user):
        """Who `user` may make the owner of a customer (D47): rep himself, manager his teams, admin all sellers."""
        if user.is_admin:
            return self.sellers()
        if user.is_manager:
            return self.sellers().filter(Q(team__in=user.teams_led()) | Q(pk=user.pk))
        return self.sellers().filter(pk=user.pk)

    def in_department(self, department):
        return self.active().filter(department__path__startswith=department.path)


class DepartmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self

    def serving(self):
        return self.filter(serves=True, is_active=True)


class TeamQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Teams whose numbers a person may look at: all for admins, those he leads, or his own."""
        if user.is_admin:
            return self
        if user.is_manager:
            return self.led_by(user)
        return self.filter(pk=user.team_id) if user.team_id else self.none()

    def led_by(self, user):
        """Teams with this manager, and all teams below the sales departments he heads (D1: the director)."""
        if not user.is_manager:
            return self.none()
        return self.led_by_key(user.pk)

    def led_by_key(self, key):
        """The same for a key, which may be that of an outer query; whether he is a manager is the asker's to know."""
        departments = self.model.department.field.related_model.objects.order_by()
        heads = departments.filter(lead=OuterRef(key) if isinstance(key, OuterRef) else key)
        heads = heads.annotate(below=ExpressionWrapper(OuterRef("department__path"), CharField()))
        return self.filter(Q(manager=key) | Exists(heads.filter(below__startswith=F("path"))))


class CompanyDayQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self


class WorkingHoursQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self


class LeaveQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.filter(user=user)

    def on(self, day):
        return self.filter(first__lte=day, last__gte=day)


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        mine = Q(owner=user)
        return self.filter(mine | Q(team=user.team_id) if user.team_id else mine)

    def of_pages(self, pages):
        """Everybody's on these pages: to count what they narrow by, never to be shown."""
        return self.filter(page__in=pages)


class SettingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rules and switches are rows of those who may set them (/setup)."""
        return self if user.is_admin else self.none()


class TokenQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; an admin may end anybody's."""
        return self if user.is_admin else self.filter(user=user)


class JoinLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.none()

    def open(self, now):
        return self.filter(ended_at=None, ends_at__gt=now)


class JoinAskQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_admin else self.none()

    def waiting(self):
        return self.filter(state="waiting")
