"""What a manager of the demo has set up beside the figures: answers to two objections, and two goals of the method."""

import datetime as dt

from customers.models import FollowUp, Topic
from reviews import answers, scoreboard
from reviews.models import AnswerUse
from reviews.scopes import Scope

DAY = dt.timedelta(days=1)
SAID = {  # the objection as the migrations sow it: [(days ago, what is answered)]
    "价格偏高": [
        (90, "先问清拿什么比：同样的功能、同样的服务范围。再算三年总账，最后才谈付款方式，不先谈折扣。"),
        (40, "先问清拿什么比，再算三年总账（省下的人工、少丢的单）。给客户看同行业两家的账。不先谈折扣。"),
    ],
    "已有供应商": [(60, "不否定现在的供应商。问用得最不顺的一件事，只演示那一件。")],
}
EVERY = 3  # conversation in which the answer was given


def set_up(people, now):
    manager = people["mia"]
    for label, versions in SAID.items():
        topic = Topic.objects.get(label=label, kind=Topic.Kind.OBJECTION)
        for number, (ago, text) in enumerate(versions):
            answer = answers.write(topic, text, by=manager, now=now - ago * DAY, expect=number)
            until = now - versions[number + 1][0] * DAY if number + 1 < len(versions) else now
            talks = FollowUp.objects.filter(needs__topic=topic, happened_at__gte=answer.at, happened_at__lt=until)
            AnswerUse.objects.bulk_create(
                AnswerUse(answer=answer, follow_up=talk) for talk in list(talks.distinct().order_by("pk"))[::EVERY]
            )
    for preset in ("response", "conversion"):
        fields = scoreboard.proposal(preset, manager, now) | {"owner": manager}
        scoreboard.set_goal(Scope("team", people["east"].pk), by=manager, now=now, **fields)
