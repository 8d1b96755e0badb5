"""Own devices (S21): where somebody is signed in. allauth keeps a row a session; here it gets its words and its end."""

from dataclasses import dataclass

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from accounts.happened import happened

# What a browser says of itself, the first that fits: nearly all of them also name older ones.
BROWSERS = (
    ("wxwork", "WeCom"), ("lark", "Feishu"), ("dingtalk", "DingTalk"), ("micromessenger", "WeChat"), ("edg", "Edge"),
    ("firefox", "Firefox"), ("chrome", "Chrome"), ("crios", "Chrome"), ("safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iphone", "iPhone"), ("ipad", "iPad"), ("android", "Android"), ("windows", "Windows"), ("mac os", "Mac"),
    ("linux", "Linux"),
)  # fmt: skip


@dataclass
class Device:
    row: object
    is_this: bool

    @property
    def words(self):
        return name_of(self.row.user_agent)


def name_of(agent):
    """Chrome · Windows, out of a browser's own long words; empty when it says neither."""
    agent = agent.casefold()
    named = [next((name for part, name in kinds if part in agent), "") for kinds in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, named))


def devices_of(user, this, *, now):
    """The devices whose session still holds, this one (its session's key) first, then the newest. Two queries."""
    rows = list(user.usersession_set.order_by("-created_at", "-pk"))
    kept = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=now)
    stamp = user.get_session_auth_hash()
    hold = {
        one.session_key for one in kept
        if constant_time_compare(one.get_decoded().get(HASH_SESSION_KEY, ""), stamp)
    }  # fmt: skip
    found = [Device(row, row.session_key == this) for row in rows if row.session_key in hold]
    return sorted(found, key=lambda device: not device.is_this)


def end_device(row, *, by, now):
    """Sign it out: its next request leads to the sign-in."""
    name = name_of(row.user_agent)
    row.end()
    happened("accounts.device_ended", by, by=by, at=now, name=by.name, device=name)
