"""Several logs in a row (保存并再记一条): five visits at 18:30 say their date and method once (S3)."""

from urllib.parse import urlencode


def kept(given, how):
    """What of a log the next one starts with: {"kept": {name: value}, "kept_query": "&how=…&time=…"}; "just now" is
    not kept, since it is another moment by then."""
    time = given.get("time", "")[:10]
    found = {"how": how[:60], "time": "" if time in ("now", "tap") else time}
    found["at"] = given.get("at", "")[:25] if time == "pick" else ""
    found = {name: value for name, value in found.items() if value}
    return {"kept": found, "kept_query": f"&{urlencode(found)}" if found else ""}


def kept_of(post):
    """The same, of a log just saved."""
    return kept(post, ",".join(post.getlist("methods")))
