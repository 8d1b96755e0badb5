"""A random world by seed, built with the product's verbs, and its scope stated a second time in plain Python (INV-4)."""

import datetime as dt
import random

from accounts.models import Department, Team, User
from collaboration import verbs
from collaboration.models import CollaborationRequest
from core.periods import today
from customers.keeping import archive
from customers.models import Customer, CustomerHelper
from pipeline.models import LossReason, Playbook
from pipeline.moving import Move, move_many
from tests.cast import build_cast, make_customer, make_deal, make_log, make_request, make_step, make_user

DAY = dt.timedelta(days=1)


def build_chance(seed, now, *, customers=26):
    cast, rng = build_cast(), random.Random(seed)
    cast.leo = make_user("leo", "罗一", "rep", department=cast.sales)
    cast.dora = make_user("dora", "丁一", "rep", team=cast.south, department=cast.sales)
    sellers = [cast.alice, cast.bob, cast.charlie, cast.dora, cast.leo, cast.mia, cast.nadia]
    stages = list(Playbook.objects.get(is_default=True).stages.order_by("position"))
    price = LossReason.objects.order_by("pk").first()
    for n in range(customers):
        owner = rng.choice([*sellers, *sellers, None])
        team = None if owner else rng.choice([cast.east, cast.south, None])
        made = now - rng.randrange(1, 40) * DAY
        customer = make_customer(
            owner, by=owner or cast.ada, now=made, name=f"客户{seed}第{n}号", team=team,
            contacts=[{"name": f"联系{n}", "phone": f"138{seed % 1000:03d}{n:05d}"}],
            deal={"amount": rng.choice([None, 10_000 * (n + 1)]), "expected_close": today(now) + rng.randrange(60) * DAY},
        )
        by = owner or cast.ada
        for _ in range(rng.randrange(4)):
            at = made + rng.random() * (now - made)
            make_log(customer, by=owner or cast.mia, now=at, outcome=rng.choice(["talked", "sent", "no_answer"]))
        if rng.random() < 0.5 and owner:
            kind = rng.choice(["ours", "ours", "waiting"])
            make_step(customer, today(now) + rng.randrange(-4, 20) * DAY, by=by, now=now, kind=kind)
        if rng.random() < 0.3:
            make_deal(customer, by=by, now=made, amount=7_000 + n)
        for deal in customer.deals.all():
            if rng.random() < 0.6:
                to = rng.choice(stages)
                said = {"signed_on": today(now), "contract_amount": 5_000 + n} if to.kind in ("won", "after") else {}
                said |= {"lost_reason": price} if to.kind == "lost" else {}
                move_many([Move(deal, to, reason="更正", **said)], by=by, now=now, force_gate=True)
        if rng.random() < 0.2:
            CustomerHelper.objects.create(customer=customer, user=rng.choice(sellers), added_by=cast.ada)
        if rng.random() < 0.12:
            archive(Customer.objects.get(pk=customer.pk), by=cast.ada, now=now)
        if rng.random() < 0.5:
            asker = owner or cast.mia
            one = make_request(asker, rng.choice([cast.legal, cast.tech]), now=now - DAY, customer=customer)
            if rng.random() < 0.5:
                verbs.accept(one, by=cast.sam if one.department == cast.legal else cast.tess, now=now)
    return cast


# --- The scope once more: every row is looked at, none is asked of the database --------------------------------
class Plain:
    """What exists for one person, said again from D1 and D2 over the raw rows."""

    def __init__(self, user):
        self.user = user
        self.teams = {t.pk: t for t in Team.objects.all()}
        self.departments = {d.pk: d for d in Department.objects.all()}
        self.rows = list(Customer.objects.select_related(None))
        self.helped = {h.customer_id for h in CustomerHelper.objects.all() if h.user_id == user.pk}
        self.people = {u.pk: u for u in User.objects.all()}

    def heads(self, department):
        """Does he lead this department or one above it?"""
        while department is not None:
            if department.lead_id == self.user.pk:
                return True
            department = self.departments.get(department.parent_id)
        return False

    def leads(self, team_id):
        team = self.teams.get(team_id)
        return bool(team and (team.manager_id == self.user.pk or self.heads(self.departments[team.department_id])))

    def sees(self, customer):
        role = self.user.role
        if customer.merged_into_id or role == "support":
            return False
        if role == "admin" or customer.owner_id == self.user.pk or customer.pk in self.helped:
            return True
        if role != "manager":
            return False
        if customer.team_id is None:
            return customer.owner_id is None
        return self.leads(customer.team_id)

    def customers(self, *, archived=True):
        return {c.pk: c for c in self.rows if self.sees(c) and (archived or c.archived_at is None)}

    def sees_request(self, request):
        role = self.user.role
        if role == "admin" or self.user.pk in (request.asker_id, request.person_id):
            return True
        if role == "support":
            place = self.departments[request.department_id]
            return place.pk == self.user.department_id or place.path.startswith(
                self.departments[self.user.department_id].path
            )
        if role == "manager" and request.asker_team_id and self.leads(request.asker_team_id):
            return True
        customer = next((c for c in self.rows if c.pk == request.customer_id), None)
        return bool(customer and self.sees(customer))

    def requests(self):
        return {r.pk: r for r in CollaborationRequest.objects.all() if self.sees_request(r)}
