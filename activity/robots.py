"""Group robots of a team's chat: DingTalk, Feishu, WeCom. What they take, what they answer, and how it is signed.

A message is a title, lines of plain words, and one link. Off until an admin sets one up for a team (S24, B44).
"""

import base64
import hashlib
import hmac
from urllib.parse import quote

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from activity import webhooks
from activity.models import Robot
from activity.recording import record
from core.errors import Refused
from core.kept import forget

MARKUP = str.maketrans(dict.fromkeys("[]()<>*_`#!@\\~|", " "))


def save(robot, *, by, now, expect, kind, address, secret, is_on, tells_requests=False, no_secret=False):
    """Keep how a team's robot is reached; an empty address or secret leaves the one that is there, `no_secret` empties
    it. Raises Refused when somebody else set it up or changed it since the form was opened."""
    address = address or robot.address
    webhooks.check(kind, address)
    values = {
        "kind": kind,
        "address": address,
        "secret": "" if no_secret else secret or robot.secret,
        "is_on": is_on,
        "tells_requests": tells_requests,
        "error": "",
        "failed_at": None,
    }
    if robot.pk is None:
        try:
            with transaction.atomic():
                robot = Robot.objects.create(team=robot.team, department=robot.department, **values)
        except IntegrityError:
            raise Refused(_("Somebody else has just set up this robot.")) from None
    elif Robot.objects.filter(pk=robot.pk, version=expect).update(version=expect + 1, **values) != 1:
        raise Refused(_("This robot was changed meanwhile."))
    forget()
    place, tool = robot.place, robot.get_kind_display()
    record("activity.robot_set", place, by=by, at=now, team=place.name, tool=tool, on=is_on)
    return Robot.objects.get(pk=robot.pk)


def remove(robot, *, by, now):
    """Forget the address and its secret."""
    record("activity.robot_removed", robot.place, by=by, at=now, team=robot.place.name)
    robot.delete()
    forget()


def send(robot, title, lines, link, *, now, **how):
    """Post one message. Raises webhooks.Unsendable; what went wrong is kept with the robot until one arrives."""
    address, body = robot.address, _body(robot.kind, plain(title), [plain(line) for line in lines], *link)
    try:
        if robot.secret:
            address, body = _signed(robot, address, body, now)
        answer = webhooks.post(robot.kind, address, body, **how)
        code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
        if code != 0:
            raise webhooks.Unsendable("refused", code if isinstance(code, int) else "?")
    except webhooks.Unsendable as problem:
        Robot.objects.filter(pk=robot.pk).update(error=problem.reason, failed_at=now)
        raise
    Robot.objects.filter(pk=robot.pk).update(error="", failed_at=None, arrived_at=now)


def plain(text):
    """Words without anything a chat tool takes for markup, a link or a call to everybody."""
    return " ".join(str(text).translate(MARKUP).split())


def _body(kind, title, lines, words, url):
    if kind == Robot.Kind.FEISHU:
        content = [[{"tag": "text", "text": line}] for line in lines] + [[{"tag": "a", "text": words, "href": url}]]
        return {"msg_type": "post", "content": {"post": {"zh_cn": {"title": title, "content": content}}}}
    text = "\n\n".join([f"**{title}**", *lines, f"[{words}]({url})"])
    if kind == Robot.Kind.WECOM:
        return {"msgtype": "markdown", "markdown": {"content": text}}
    return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}


def _signed(robot, address, body, now):
    """As DingTalk (in the address) and Feishu (in the body) ask for it; WeCom's address is its secret."""
    if robot.kind == Robot.Kind.DINGTALK:
        stamp = str(int(now.timestamp() * 1000))
        sign = _digest(robot.secret, f"{stamp}\n{robot.secret}")
        return f"{address}&timestamp={stamp}&sign={quote(sign, safe='')}", body
    if robot.kind == Robot.Kind.FEISHU:
        stamp = str(int(now.timestamp()))
        return address, body | {"timestamp": stamp, "sign": _digest(f"{stamp}\n{robot.secret}", "")}
    return address, body


def _digest(key, text):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
