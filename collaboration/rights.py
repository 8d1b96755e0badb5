"""Who may do what to a request he can see: buttons and views ask these same words (requirements §1, matrix).

`side` comes from the verb's row in life.VERBS. A verb that is not yours is 403, one that the state does not allow
is 409 (life.require).
"""

from accounts.models import Department, Leave
from accounts.rights import sees_amounts  # noqa: F401  (asked beside the words below)
from collaboration.cards import knows_customer, serves
from collaboration.life import VERBS, possible
from collaboration.querysets import hands
from core.errors import NotAllowed
from core.periods import today

EDITABLE = ("submitted", "waiting", "refused")


def may_raise(user):
    """Reps, managers and support; an admin watches, he does not ask (D4)."""
    return user.sells or user.is_support


def is_asker(user, request):
    """Who raised it or stands in for him today, or the owner of its customer now; never the person who serves it."""
    if user.pk == request.person_id:
        return user.pk == request.asker_id
    if request.asker_id in hands(user):
        return True
    return bool(user.sells and request.customer_id and request.customer.owner_id == user.pk)


def is_serving(user, request):
    """The department the request lies with, the person who took it, and who stands in for him today."""
    return request.person_id in hands(user) or serves(user, request)


def manages_asker(user, request):
    return bool(user.is_manager and request.asker_team_id and request.asker_team_id in user.teams_led())


def may_decide(user, step, *, now):
    """A named approver, who stands in for him today, or for a department's step anybody of that department."""
    if step.person_id:
        return step.person_id == user.pk or step.person_id in stands_for(user, today(now))
    if not step.department_id or not user.is_support or not user.department_id:
        return False
    return step.department.path.startswith(user.department.path)


def stands_for(user, day):
    """Ids of those on leave that day whose work comes to him, through others on leave too; read once a user object."""
    kept = user.__dict__.setdefault("_stands_for", {})
    if day not in kept:
        found, new = set(), {user.pk}
        while new:
            rows = Leave.objects.on(day).filter(substitute__in=new).exclude(user=user)
            new = set(rows.values_list("user_id", flat=True)) - found
            found |= new
        kept[day] = found
    return kept[day]


def steps_of(request, *, state=None):
    """The approval steps of the running round, read once a request object."""
    if not hasattr(request, "_steps"):
        request._steps = list(request.steps.select_related("person", "department", "decided_by"))
    last = max((step.round for step in request._steps), default=0)
    return [step for step in request._steps if step.round == last and (state is None or step.state == state)]


def is_approver(user, request, *, now):
    """Named in any step of this round: what is not yet his turn is refused with who is next, not with 403."""
    return any(may_decide(user, step, now=now) for step in steps_of(request))


def on_side(user, request, side, *, now):
    """Is he on the side that acts with a verb?"""
    if side == "department":
        return is_serving(user, request)
    if side == "asker":
        return is_asker(user, request)
    if side == "asking":
        return is_asker(user, request) or manages_asker(user, request)
    if side == "approver":
        return is_approver(user, request, now=now)
    return user.is_admin


def may(user, request, verb, *, now):
    """Both: the right, and a state that allows the verb. What buttons ask."""
    if not possible(request, verb, now=now) or not has_right(user, request, verb, now=now):
        return False
    if verb in ("approve", "send_back", "add_step") or (verb == "hand_over" and request.kind.is_approval):
        return any(may_decide(user, step, now=now) for step in steps_of(request, state="waiting"))
    return True


def has_right(user, request, verb, *, now):
    """The right alone, whatever the state."""
    side = VERBS[verb].side
    if verb == "hand_over" and request.kind.is_approval:
        side = "approver"
    return on_side(user, request, side, now=now)


def require_right(user, request, verb, *, now):
    if not has_right(user, request, verb, now=now):
        raise NotAllowed


def verbs_for(user, request, *, now):
    """The verbs he may use now, in the order of the table."""
    return [verb for verb in VERBS if may(user, request, verb, now=now)]


def may_edit(user, request):
    """The text, while nobody has taken it (E while submitted); a sent-back or refused one on its way back."""
    return is_asker(user, request) and request.state in EDITABLE


def may_comment(user, request, *, now):
    """Both sides, approvers and managers above; a watcher and an admin read."""
    if request.is_over and request.state != "done":
        return False
    return (
        is_asker(user, request) or is_serving(user, request) or manages_asker(user, request)
        or knows_customer(request, user) or is_approver(user, request, now=now)
    )


def sees_internal(user, request):
    """The department's own notes: its people, and admins (matrix, field table)."""
    return user.is_admin or serves(user, request)


def may_attach(user, request, *, now):
    return not request.is_over and (
        is_asker(user, request) or is_serving(user, request) or is_approver(user, request, now=now)
    )


def departments_for(kind):
    """Who can be asked: serving departments; a lead goes to a sales department."""
    rows = Department.objects.filter(is_active=True)
    return rows.filter(sells=True) if kind is not None and kind.makes_customer else rows.filter(serves=True)


def department_of(kind, stage=None):
    """Where a kind goes by default: the stage's word, the kind's own department, the first that its words name."""
    key = (stage.raises or {}).get("department") if stage is not None else None
    rows = list(departments_for(kind).order_by("position", "id"))
    if key and (found := next((row for row in rows if row.pk == key), None)):
        return found
    if kind.department and kind.department.is_active:
        return kind.department
    for word in filter(None, kind.department_words.casefold().split(",")):
        found = next((row for row in rows if word in f"{row.name} {row.name_en}".casefold()), None)
        if found:
            return found
    return None
