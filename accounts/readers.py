"""Who asks, as questions that are put together once (core/prepared.py) may be told of him."""

from dataclasses import dataclass, field

from accounts.absences import Absences
from accounts.models import User


@dataclass(frozen=True)
class Reader:
    """Somebody with all that gates know him by: two are equal when every gate lets them see the same rows. A question
    asked for a reader must depend on `person` by nothing else."""

    person: User = field(compare=False, repr=False)
    known_by: tuple

    @classmethod
    def of(cls, user, on):
        """`user` as of the company day `on`: place, role, teams led, customers helped at, whom he stands in for."""
        helped = tuple(user.helped()) if hasattr(user, "keys_helped") else None
        path = user.department.path if user.department_id else ""
        stands_in = tuple(sorted(Absences.load().stood_in_for(user.pk, on)))
        place = (user.pk, user.role, user.team_id, user.department_id, path)
        return cls(user, (*place, tuple(user.teams_led()), helped, stands_in))
