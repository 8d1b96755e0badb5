"""What the templates of board and table need beside the data: links that keep the filters, words of the head."""

from accounts.models import Team
from core.kept import Kept
from core.periods import today
from pipeline.lanes import chosen, lanes_of


def board_context(request, board, *, now, with_lanes=False):
    asked = board.asked
    by = chosen(asked.GET)
    return {
        "by": by, "lanes": lanes_of(board, by) if by and with_lanes else [],
        "board": board, "asked": asked, "on": board.on, "since": now, "query": query_of(asked),
        "chips": chips_of(asked, board.chips), "teams": team_names(request.user), "is_today": board.on == today(now),
        "playbooks": asked.playbooks.active if len(asked.playbooks.active) > 1 else [],
    }


def query_of(asked, **changes):
    """The filters as a query string with "?", with these changed; nothing when nothing is filtered."""
    query = asked.GET.copy()
    for name in ("since", "page", "from", "on"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    text = query.urlencode()
    return f"?{text}" if text else ""


def chips_of(asked, counts):
    """The quick filters as chips: each toggles itself and keeps the others."""
    icons = {"stale": "clock", "risk": "flag", "closing": "cal"}
    return [
        {
            "name": name, "icon": icons[name], "count": counts.get(name, 0), "on": name in asked.pressed,
            "query": query_of(asked, **{name: "" if name in asked.pressed else "1"}) or "?",
        }
        for name in icons
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
