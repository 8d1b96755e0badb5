"""What the templates of board and table need beside the data: links that keep the filters, words of the head."""

from django.utils.translation import gettext as _

from accounts.models import Team
from core.kept import Kept
from core.periods import today
from pipeline import listed
from pipeline.asof import first_day
from pipeline.lanes import chosen, lanes_of


def board_context(request, board, *, now, with_lanes=False):
    asked = board.asked
    by = chosen(asked.GET)
    return {
        "by": by, "lanes": lanes_of(board, by) if by and with_lanes else [],
        "board": board, "bar": board.bar, "asked": asked, "on": board.on, "since": now, "query": query_of(asked),
        "chips": chips_of(asked, board.chips), "teams": team_names(request.user), "is_today": board.on == today(now),
        "playbooks": asked.playbooks.active if len(asked.playbooks.active) > 1 else [],
        "narrow": narrow_of(asked), "narrowed": narrowed_by(asked),
        "past": asked.past,
    }


def past_context(request, board, *, now):
    """The same for a day gone by; where nothing is, the day from which there are records."""
    empty = not board.shown_count and not board.asked.is_filtered
    return board_context(request, board, now=now) | {"since_day": first_day(request.user) if empty else None, "by": ""}


def query_of(asked, **changes):
    """The filters as a query string with "?", with these changed; nothing when nothing is filtered."""
    query = asked.GET.copy()
    for name in ("since", "page", "from", "on"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query.setlist(name, value if isinstance(value, list) else [value])
    text = query.urlencode()
    return f"?{text}" if text else ""


def narrow_of(asked):
    """The beginning of the address that narrows this list to one key action: its code follows."""
    query = query_of(asked, action="", said="")
    return f"{query}&action=" if query else "?action="


def narrowed_by(asked):
    """Key actions and days in the stage this list is narrowed to, as chips that take themselves away."""
    chosen = asked.GET.getlist("action") if "action" not in asked.dropped else []
    found = [
        {"label": kind.words, "query": query_of(asked, action=[one for one in chosen if one != kind.code]) or "?"}
        for kind in listed.all_kinds() if kind.code in chosen
    ]
    words = asked.GET.get("said", "").strip() if "said" not in asked.dropped else ""
    if (days := asked.GET.get("days", "")) and "days" not in asked.dropped:
        low, _dash, high = days.partition("-")
        text = _("%(a)s–%(b)s d in the stage") if high else _("%(a)s d or more in the stage")
        found.append({"label": text % {"a": low, "b": high}, "query": query_of(asked, days="") or "?"})
    return found + ([{"label": f"“{words}”", "query": query_of(asked, said="") or "?"}] if words else [])


def chips_of(asked, counts):
    """The quick filters as chips: each toggles itself and keeps the others."""
    icons = {"stale": "clock", "risk": "flag", "closing": "cal"}
    return [
        {
            "name": name, "icon": icons[name], "count": counts.get(name, 0), "on": name in asked.pressed,
            "query": query_of(asked, **{name: "" if name in asked.pressed else "1"}) or "?",
        }
        for name in icons if name in asked.chip_conditions
    ]


def team_names(user):
    """The teams whose numbers these are; nothing for admins, who see all."""
    if user.is_admin:
        return []
    if user.is_manager:
        names = _teams.get()
        return [names[pk] for pk in user.teams_led() if pk in names]
    return [user.team] if user.team_id else []


_teams = Kept(lambda: Team.objects.in_bulk())  # for their names: whose they are is asked every time
