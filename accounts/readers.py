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
    def of(cls, user, on=None):
        """`user` by place, role, teams led and customers helped at; where requests are asked for, which come to him on
        the company day `on` from those he stands in for, by these as well."""
        helped = tuple(user.helped()) if hasattr(user, "keys_helped") else None
        path = user.department.path if user.department_id else ""
        stands_in = tuple(sorted(Absences.load().stood_in_for(user.pk, on))) if on else None
        place = (user.pk, user.role, user.team_id, user.department_id, path)
        return cls(user, (*place, tuple(user.teams_led()), helped, stands_in))
