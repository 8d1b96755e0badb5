"""Questions asked of stages, deals and stays. A deal is seen when its customer is (D2)."""

from django.db import models

from customers.querysets import scope


class PlaybookQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Active ones; admins set up the others too."""
        return self if user.is_admin else self.filter(is_active=True)

    def default(self):
        return self.get(is_default=True)


class StageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self

    def live(self):
        return self.filter(retired_at=None)

    def columns(self):
        """The stages that are columns of a board: lost is a kind without one."""
        return self.live().exclude(kind="lost")


class ActionKindQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Words of the house: everybody reads them."""
        return self


class DealQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scope(user, "customer__"), customer__merged_into=None)

    def open(self):
        """Deals in stages 1–5 (kind open): what open money and likely money are summed over (D15)."""
        return self.filter(stage__kind="open")

    def won(self):
        return self.filter(stage__kind__in=["won", "after"])

    def lost(self):
        return self.filter(stage__kind="lost")


class OfDealQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scope(user, "deal__customer__"))


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scope(user, "deal__customer__"))

    def standing(self, as_of=None):
        """Those that were not taken back; as known at a moment, of those entered by then."""
        if as_of is None:
            return self.filter(removed_at=None)
        return self.filter(models.Q(removed_at=None) | models.Q(removed_at__gt=as_of), made_at__lte=as_of)


class StageProgressQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scope(user, "deal__customer__"))

    def as_of(self, moment):
        """Stays as they were known at `moment` (D17): recorded by then and not yet voided."""
        return self.filter(recorded_at__lte=moment).filter(
            models.Q(voided_at=None) | models.Q(voided_at__gt=moment)
        )

    def standing(self):
        return self.filter(voided_at=None)


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.is_admin:
            return self
        return self.filter(team__in=user.teams_led()) if user.is_manager else self.filter(team=user.team_id)


class MeetingItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever leads the team sees all that was decided; others what is about their deals, as long as these are
        theirs (D2), and what they took on without a deal."""
        if user.is_admin:
            return self
        mine = models.Q(owner=user, deal=None) | (models.Q(deal__isnull=False) & scope(user, "deal__customer__"))
        led = models.Q(meeting__team__in=user.teams_led()) if user.is_manager else models.Q(pk__in=[])
        return self.filter(mine | led)


class SampleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those somebody judges, and for whoever leads the team all of it: what figures are counted from."""
        if user.is_admin:
            return self
        led = models.Q(team__in=user.teams_led()) if user.is_manager else models.Q(pk__in=[])
        return self.filter(models.Q(rep=user) | models.Q(manager=user) | led)

    def of_judge(self, user):
        """Only those that wait for his own eyes: an admin or a director judges nobody's."""
        return self.filter(models.Q(rep=user) | models.Q(manager=user))


class JudgementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and the other's once both are in (M15: neither sees the other's before)."""
        rows = self.filter(models.Q(judge=user) | models.Q(sample__done_at__isnull=False))
        if user.is_admin:
            return rows
        led = models.Q(sample__team__in=user.teams_led()) if user.is_manager else models.Q(pk__in=[])
        return rows.filter(models.Q(sample__rep=user) | models.Q(sample__manager=user) | led)
