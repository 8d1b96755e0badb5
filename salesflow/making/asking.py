"""The demo's requests: raised for deals of the story, then served as a real department would, some of them still open."""

import datetime as dt

from accounts.calendar import Calendar
from collaboration import approving, verbs
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.raising import raise_request
from core.periods import at
from pipeline.models import Deal
from salesflow.making import words

DESKS = {"tech": "tess", "finance": "fay", "production": "paul", "marketing": "mona", "legal": "sam"}


class Asking:
    def __init__(self, story):
        self.people, self.now, self.today, self.rng = story.people, story.now, story.today, story.rng
        self.calendar = Calendar.load()
        self.kinds = {kind.code: kind for kind in RequestKind.objects.all()}

    def tell(self, needs):
        """`needs` are (deal id, company day) of the story, raised in the order of their days."""
        for deal_id, day in sorted(needs, key=lambda need: need[1]):
            deal = Deal.objects.select_related("customer", "owner", "stage").get(pk=deal_id)
            self.one(deal, day)
        self.fresh()

    def fresh(self):
        """What came in since yesterday and still waits: one to three for each desk, so that every queue has something to accept."""
        deals = Deal.objects.open().filter(stage__position__gte=2).select_related("customer", "owner", "stage")
        for place, deal in enumerate(deals.order_by("-amount", "id")[:13]):
            code, desk, title, description, standard = words.REQUESTS[place % len(words.REQUESTS)]
            asked = self.now - dt.timedelta(hours=(2, 5, 26)[place % 3], minutes=7 * place)
            request = raise_request(
                by=deal.owner, now=asked, department=self.people[desk], kind=self.kinds[code], title=title,
                description=description, standard=standard, deal=deal,
                needed_by=self.calendar.add_working_days(self.today, 2 + place % 3),
                priority="high" if place % 4 == 0 else "normal",
            )
            if place % 3 == 2 and not request.kind.is_approval:
                verbs.accept(self.again(request), by=self.people[DESKS[desk]], now=asked + dt.timedelta(minutes=30))

    def one(self, deal, day):
        rng = self.rng
        code, desk, title, description, standard = rng.choice(words.REQUESTS)
        asked = self.moment(day, 15)
        request = raise_request(
            by=deal.owner, now=asked, department=self.people[desk], kind=self.kinds[code], title=title,
            description=description, standard=standard, deal=deal,
            needed_by=self.calendar.add_working_days(day, rng.choice((2, 3, 4, 5))),
            priority=rng.choice(("normal", "normal", "normal", "high", "low")),
        )
        if request.kind.is_approval:
            self.approve(request, asked)
        else:
            self.serve(request, self.people[DESKS[desk]], asked)

    def serve(self, request, person, asked):
        """Accept, sometimes ask back, deliver, confirm; what would lie in the future has not happened yet."""
        rng = self.rng
        moment = asked + dt.timedelta(minutes=rng.choice((10, 25, 40, 90, 1200)))
        if not self.past(moment):
            return
        request = self.again(request)
        if rng.random() < 0.15:
            verbs.ask_back(request, by=person, now=moment, question=rng.choice(words.QUESTIONS))
            moment += dt.timedelta(hours=3)
            if not self.past(moment):
                return
            verbs.answer(self.again(request), by=request.asker, now=moment, text="已补充在说明里")
            moment += dt.timedelta(minutes=20)
            if not self.past(moment):
                return
        verbs.accept(self.again(request), by=person, now=moment)
        moment = self.moment(self.calendar.add_working_days(moment.date(), rng.choice((1, 2, 2, 3, 4))), 16)
        if not self.past(moment):
            return
        verbs.deliver(self.again(request), by=person, now=moment, result=rng.choice(words.RESULTS[request.kind.code]))
        moment += dt.timedelta(hours=rng.choice((1, 3, 20)))
        if self.past(moment):
            verbs.confirm(self.again(request), by=request.asker, now=moment)

    def approve(self, request, asked):
        """Each step in turn, half a day apart, as long as there was time for it."""
        moment = asked
        for _ in range(4):
            moment += dt.timedelta(hours=self.rng.choice((1, 4, 20)))
            request = self.again(request)
            step = request.steps.filter(state="waiting").select_related("person", "department__lead").first()
            if step is None or not self.past(moment):
                return
            person = step.person or (step.department and step.department.lead)
            if person is None:
                return
            approving.approve(request, by=person, now=moment, comment="同意")

    def again(self, request):
        return CollaborationRequest.objects.select_related(
            "kind", "department", "asker", "person", "customer", "deal", "asker_team__manager"
        ).get(pk=request.pk)

    def moment(self, day, hour):
        return at(day, dt.time(hour, self.rng.randrange(60)))

    def past(self, moment):
        return moment < self.now
