"""The team home (S10): remind, reassign, come along in place; heat cells that equal their table; one row for both."""

import datetime as dt
import re
from collections import Counter

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts import switches
from accounts.models import Leave, User
from activity.messages import inbox
from activity.models import Event, Notification
from core.errors import NotAllowed, Refused
from core.periods import at, today
from customers import beside
from customers.models import Customer, CustomerHelper, FollowUp
from customers.staleness import Rule
from pipeline import risks
from pipeline.models import Deal, StageProgress
from salesflow.myday import my_day
from salesflow.ofteam import BANDS
from salesflow.reprows import row_of
from salesflow.teamhome import MOST, team_home
from tests.cast import key, make_customer, make_deal, make_log, make_step
from tests.collaboration.world import ask

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def quiet(cast, now):
    customer = make_customer(cast.alice, now=now - 12 * DAY, name="启明电子")
    make_log(customer, happened_at=now - 9 * DAY, now=now - 9 * DAY)
    return Customer.objects.get(pk=customer.pk)


def test_a_reminder_is_prepared_and_arrives_once_a_day(cast, client_of, quiet, now):
    mia = client_of(cast.mia)
    page = mia.get("/team").content.decode()
    assert f"/team/nudge?customer={quiet.pk}" in page and "reminded today" not in page
    form = mia.get(f"/team/nudge?customer={quiet.pk}", headers=HTMX).content.decode()
    assert "启明电子 has been quiet for 9 days" in form  # in alice's language
    said = {"customer": quiet.pk, "text": "启明今天打个电话", "key": key()}
    answer = mia.post("/team/nudge", said, headers=HTMX)
    assert (answer.status_code, "redraw" in answer["HX-Trigger"]) == (200, True)
    line = inbox(cast.alice, now=timezone.now())["act"][-1]
    assert line.words == "陈曦: 启明今天打个电话"
    assert Event.objects.get(verb="customers.nudged").about_customer_id == quiet.pk
    page = mia.get("/team").content.decode()
    assert "reminded today" in page and f"/team/nudge?customer={quiet.pk}" not in page
    again = mia.post("/team/nudge", said | {"key": key()})
    assert (again.status_code, "Once a day is enough" in again.content.decode()) == (409, True)
    assert client_of(cast.grace).post("/team/nudge", said | {"key": key()}).status_code == 409  # nor by another
    assert Notification.objects.filter(kind="customers.nudged").count() == 1
    beside.nudge(quiet, cast.alice, "明天再说", customer=quiet, by=cast.mia, now=now + DAY)
    assert Notification.objects.filter(kind="customers.nudged").count() == 2


def test_a_reminder_of_a_deal_and_of_a_rep(cast, client_of, quiet, now):
    deal = quiet.deals.get()
    risks.set_risk(deal, text="竞品介入", by=cast.alice, now=now - 3 * DAY)
    mia = client_of(cast.mia)
    assert f"/team/nudge?deal={deal.pk}" in mia.get("/team").content.decode()
    assert "竞品介入" in mia.get(f"/team/nudge?deal={deal.pk}").content.decode()
    assert mia.post("/team/nudge", {"deal": deal.pk, "text": "竞品的事怎么样了", "key": key()}).status_code == 302
    assert "1 customer of yours is quiet" in mia.get(f"/team/nudge?rep={cast.alice.pk}").content.decode()
    assert mia.post("/team/nudge", {"rep": cast.alice.pk, "text": "", "key": key()}).status_code == 422
    assert mia.post("/team/nudge", {"rep": cast.alice.pk, "text": "看看你的客户", "key": key()}).status_code == 302
    assert len([one for one in inbox(cast.alice, now=timezone.now())["act"] if "陈曦" in one.words]) == 2


def test_reminders_are_throttled_and_only_the_leads(cast, quiet, now, monkeypatch):
    monkeypatch.setattr(beside, "MOST", 1)
    other = make_customer(cast.bob, name="远洋")
    beside.nudge(quiet, cast.alice, "一", customer=quiet, by=cast.mia, now=now)
    with pytest.raises(Refused):
        beside.nudge(other, cast.bob, "二", customer=other, by=cast.mia, now=now)
    for person in (cast.nadia, cast.bob, cast.alice):
        with pytest.raises(NotAllowed):
            beside.nudge(other, cast.bob, "三", customer=other, by=person, now=now)


def test_a_manager_comes_along(cast, client_of, quiet, now):
    make_step(quiet, today(now) + 2 * DAY, text="上门演示")
    mia = client_of(cast.mia)
    assert "上门演示" in mia.get(f"/team/join?customer={quiet.pk}", headers=HTMX).content.decode()
    assert mia.post("/team/join", {"customer": quiet.pk, "key": key()}).status_code == 302
    assert CustomerHelper.objects.get().user == cast.mia
    lines = inbox(cast.alice, now=timezone.now())["fyi"]
    assert any("comes along at 启明电子" in one.words and "上门演示" in one.words for one in lines)
    assert mia.post("/team/join", {"customer": quiet.pk, "key": key()}).status_code == 409
    assert client_of(cast.ada).post("/team/join", {"customer": quiet.pk, "key": key()}).status_code == 403
    assert "上门演示" in mia.get(f"/team/rep/{cast.alice.pk}", headers=HTMX).content.decode()


def test_a_line_is_reassigned_in_place(cast, client_of, quiet):
    mia = client_of(cast.mia)
    link = f"/customers/bulk?do=assign&amp;ids={quiet.pk}"
    assert link in mia.get("/team").content.decode()
    assert link in mia.get(f"/team/rep/{cast.alice.pk}").content.decode()
    said = {"do": "assign", "ids": quiet.pk, "owner": cast.bob.pk, "key": key()}
    answer = mia.post("/customers/bulk", said, headers=HTMX | {"HX-Current-URL": "http://testserver/team"})
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "redraw")
    assert Customer.objects.get(pk=quiet.pk).owner == cast.bob


def test_a_heat_cell_is_the_count_of_the_table_it_leads_to(cast, client_of, now):
    """Over teams, bands and stages, customers without a team and archived ones included."""
    for n, days in enumerate([0, 2, 3, 4, 7, 8, 30, 3, 9]):
        owner = (cast.alice, cast.charlie, cast.bob)[n % 3]
        deal = make_customer(owner, now=now - 40 * DAY, name=f"热{n}").deals.get()
        entered = now - days * DAY
        StageProgress.objects.filter(deal=deal).update(entered_at=entered)
        Deal.objects.bulk_update([Deal(pk=deal.pk, entered_at=entered, amount=100 * n)], ["entered_at", "amount"])
    make_deal(Customer.objects.get(name="热0"), name="二期")
    Customer.objects.bulk_update([Customer(pk=Customer.objects.get(name="热2").pk, archived_at=now)], ["archived_at"])
    Customer.objects.bulk_update(
        [Customer(pk=Customer.objects.get(name="热3").pk, owner=None, team=None)], ["owner", "team"]
    )
    for person in (cast.mia, cast.grace, cast.ada):
        for team in (None, cast.east.pk):
            if team and person == cast.mia:
                continue
            home, seen = team_home(person, now, team=team), 0
            for row in home.heat:
                for cell in row["cells"]:
                    table = client_of(person).get("/pipeline/table" + cell["query"]).context["table"]
                    assert (table.total, table.sum.amount) == (cell["n"], cell["amount"]), (person, row["label"])
                    seen += cell["n"]
            assert seen == sum(cell["n"] for row in home.heat for cell in row["cells"]) > 0
    assert len(BANDS) == len(home.heat) == 3
    html = client_of(cast.mia).get("/team").content.decode()
    assert len(re.findall(r'href="/pipeline/table\?stage=\d+&amp;days=\d-\d?', html)) == 3 * len(home.stages)
    odd = client_of(cast.mia).get("/pipeline/table?days=x-y").content.decode()
    assert "A filter made no sense" in odd


def test_a_rep_sees_the_row_his_manager_sees(cast, client_of, quiet, now):
    """One function draws both (S10), whatever else the rep owns elsewhere."""
    make_customer(cast.alice, name="星澜", now=now - DAY)
    make_log(Customer.objects.get(name="星澜"), now=now)
    make_step(Customer.objects.get(name="星澜"), today(now) + DAY)
    Deal.objects.bulk_update([Deal(pk=quiet.deals.get().pk, amount=480_000)], ["amount"])
    away = make_customer(cast.alice, name="外组", now=now - 20 * DAY)  # of another team, though hers
    Customer.objects.bulk_update([Customer(pk=away.pk, team=cast.south)], ["team"])
    on, rule = today(now), Rule.load()
    mine = row_of(cast.alice, on, rule)
    seen = next(row for row in team_home(cast.mia, now).reps if row.person == cast.alice)
    assert mine == seen == next(row for row in team_home(cast.grace, now).reps if row.person == cast.alice)
    assert (mine.quiet, mine.logged, mine.steps, mine.amount) == (1, 1, 1, 480_000)
    assert my_day(cast.alice, now).row == mine
    html = client_of(cast.alice).get("/today").content.decode()
    assert "Your row on the team" in html
    assert row_of(cast.ada, on, rule) is None


def test_each_number_of_a_rep_opens_exactly_its_rows(cast, client_of, quiet, now):
    """Conversations of another day, steps of others, decided deals and another team's customers are not among them."""
    fresh = make_customer(cast.alice, now=now - 2 * DAY, name="金石建材")
    make_deal(fresh, amount=120_000)
    make_log(fresh, happened_at=now, now=now)
    make_step(fresh, today(now) + 3 * DAY)
    make_step(make_customer(cast.bob, name="别人的"), today(now) + DAY)
    foreign = make_customer(cast.alice, now=now - 9 * DAY, name="别的组的")
    Customer.objects.filter(pk=foreign.pk).update(team=cast.south)
    mia, seen = client_of(cast.mia), {}
    cells = mia.get("/team").content.decode().split('id="reps"')[1].split("</section>")[0]
    links = re.findall(r'href="(/team/rep/(\d+)\?of=(\w+))"[^>]*>([^<]+)</a>', cells)
    assert {of for _href, _pk, of, _shown in links} == {"quiet", "logged", "steps", "amount"}
    assert len(links) == 4 * cells.count('<th scope="row">')
    for href, pk, of, shown in links:
        for headers in ({}, HTMX):
            page = mia.get(href, headers=headers).content.decode()
            rows = page.count("data-row")
            if of != "amount":
                assert rows == int(shown), href
        if int(pk) == cast.alice.pk:
            seen[of] = (shown, rows)
    mine = Deal.objects.visible_to(cast.mia).open().filter(owner=cast.alice, customer__team=cast.east)
    assert seen["amount"][1] == mine.count() >= 3
    assert seen["quiet"] == ("1", 1) and seen["logged"] == ("1", 1) and seen["steps"] == ("1", 1)
    assert client_of(cast.nadia).get(f"/team/rep/{cast.alice.pk}?of=amount").status_code == 404


def test_a_sum_of_a_team_opens_the_rows_of_all_its_people(cast, client_of, quiet, now):
    """What the director's page adds up for a team is a list as well (P4)."""
    make_log(make_deal(make_customer(cast.bob, name="远洋制造"), amount=90_000).customer, happened_at=now, now=now)
    grace = client_of(cast.grace)
    sums = grace.get("/team").content.decode().split(f'href="/team?team={cast.east.pk}"')[1].split("</tr>")[0]
    links = dict(re.findall(r'href="/team/sums/\d+\?of=(\w+)"[^>]*>([^<]+)</a>', sums))
    assert links | {"amount": ""} == {"quiet": "1", "logged": "1", "steps": "0", "amount": ""}
    for of, shown in links.items():
        page = grace.get(f"/team/sums/{cast.east.pk}?of={of}", headers=HTMX)
        rows = page.content.decode().count("data-row")
        assert rows == (page.context["page"].paginator.count if of == "amount" else int(shown)), of
    mine = Deal.objects.visible_to(cast.grace).open().filter(customer__team=cast.east)
    assert grace.get(f"/team/sums/{cast.east.pk}?of=amount").context["page"].paginator.count == mine.count() > 1
    assert grace.get(f"/team/sums/{cast.east.pk}?of=nothing").status_code == 404
    assert client_of(cast.nadia).get(f"/team/sums/{cast.east.pk}?of=amount").status_code == 404


def test_late_requests_and_old_risks_need_a_decision_and_young_ones_do_not(cast, client_of, quiet, now):
    deal = quiet.deals.get()
    risks.set_risk(deal, text="竞品介入", by=cast.alice, now=now - 2 * DAY)
    asked = ask(cast.alice, cast.tech, now=now - 12 * DAY, customer=quiet)
    home = team_home(cast.mia, now)
    assert [one.kind for one in home.decisions if one.kind in ("late", "risk")] == ["late"]
    line = next(one for one in home.decisions if one.kind == "late")
    assert line.request == asked and "超时" in line.words and line.words.startswith(str(asked.department))
    page = client_of(cast.mia).get("/team").content.decode()
    assert re.search(r"Tech · \d+ days? late", page)
    assert f"/requests/{asked.code}" in page
    assert "late" not in [one.kind for one in team_home(cast.nadia, now).decisions]
    later = team_home(cast.mia, now + DAY)
    assert next(one.words for one in later.decisions if one.kind == "risk") == "竞品介入 · 3 days"


def test_more_decisions_than_the_page_lists_are_one_click_away(cast, client_of, now):
    for n in range(24):
        make_log(make_customer(cast.alice, now=now - 30 * DAY, name=f"静{n}"), happened_at=now - 9 * DAY,
                 now=now - 9 * DAY)
    mia = client_of(cast.mia)
    page = mia.get("/team").content.decode()
    assert page.split('id="decisions"')[1].split("</section>")[0].count("data-row") == MOST
    assert 'href="?all=1"' in page
    whole = mia.get("/team?all=1")
    listed = whole.content.decode().split('id="decisions"')[1].split("</section>")[0].count("data-row")
    assert listed == whole.context["home"].count == 24


def test_decisions_are_counted_whole_and_found_by_tag_behind_the_first(cast, client_of, now):
    """The number and the chips count every line, listed or not; a tag is looked for among all of them (R22)."""
    for n in range(9):
        one = make_customer(cast.alice if n % 3 else cast.bob, now=now - 30 * DAY, name=f"静{n}")
        make_log(one, happened_at=now - 9 * DAY, now=now - 9 * DAY)
        tag, money = ("hot", 1) if n == 4 else ("interested", 1000 + n)
        Customer.objects.bulk_update([Customer(pk=one.pk, tag=tag, open_amount=money)], ["tag", "open_amount"])
    risks.set_risk(Deal.objects.get(customer__name="静1"), text="竞品介入", by=cast.alice, now=now - 9 * DAY)
    for n in range(4):
        lead = make_customer(cast.bob, now=now - (20 + n) * DAY / 24, name=f"新{n}")
        free = make_customer(cast.bob, now=now - (40 + n) * DAY, name=f"无主{n}")
        gone = [free, lead] if n == 0 else [free]  # one lead without an owner: listed with its hours, once
        for each in gone:
            each.owner, each.tag = None, "prospect"
        Customer.objects.bulk_update(gone, ["owner", "tag"])
    for n in range(3):
        ask(cast.alice, cast.tech, now=now - (12 + n) * DAY, customer=Customer.objects.get(name="静2"))
    whole = team_home(cast.mia, now, most=100)
    kinds = Counter(line.kind for line in whole.decisions)
    leads = kinds["first"] + kinds["unassigned"] - 4
    assert (kinds["quiet"], kinds["risk"], kinds["late"], leads) == (9, 1, 3, kinds["first"] + 1)
    assert len({(line.kind, line.customer, line.request) for line in whole.decisions}) == len(whole.decisions)
    chips = {chip.tag: chip.n for chip in whole.bar.chips}
    assert sum(chips.values()) == whole.count == len(whole.decisions) and chips["hot"] == 1
    for most in (1, 2, 4, 8):
        home = team_home(cast.mia, now, most=most)
        assert home.count == whole.count and len(home.decisions) == most
        assert {chip.tag: chip.n for chip in home.bar.chips} == chips
        assert [line.customer for line in home.decisions] == [line.customer for line in whole.decisions[:most]]
        for tag, number in chips.items():
            home = team_home(cast.mia, now, QueryDict(f"tag={tag}"), most=most)
            assert home.count == number and len(home.decisions) == min(number, most)
            assert {line.customer.tag for line in home.decisions} == {tag}
    page = client_of(cast.mia).get("/team?tag=hot").content.decode()
    assert "静4" in page and "静5" not in page.split('id="decisions"')[1].split("</section>")[0]


def test_who_was_not_here_or_wrote_nothing_down_and_nobody_on_leave(cast, client_of, now, time_machine):
    """S10: the list under ⋯, and what to know before people are compared."""
    time_machine.move_to(at(dt.date(2026, 11, 26), dt.time(11)), tick=False)  # a Thursday
    now = timezone.now()
    User.objects.filter(pk=cast.alice.pk).update(seen_at=now - DAY)
    User.objects.filter(pk=cast.bob.pk).update(seen_at=now - 7 * DAY, joined_at=now - 15 * DAY)
    others = User.objects.exclude(pk=cast.bob.pk)
    others.update(joined_at=now - 400 * DAY)
    mia = client_of(cast.mia)
    page = mia.get("/team").content.decode()
    assert 'href="/team/week' in page and "Not a ranking" in page
    assert "王敏: here since 11 Nov." in page
    lines = {line.person: line.missed for line in mia.get("/team/week").context["here"].lines}
    assert (lines[cast.alice], lines[cast.bob]) == ("log", "here")
    make_log(make_customer(cast.alice, name="星澜"), happened_at=now, now=now)
    Leave.objects.create(user=cast.bob, first=dt.date(2026, 11, 20), last=dt.date(2026, 11, 27), substitute=cast.alice)
    answer = mia.get("/team/week")
    here = answer.context["here"]
    assert {line.person: line.missed for line in here.lines} == dict.fromkeys((cast.alice, cast.bob, cast.mia), "")
    assert here.away == [cast.bob] and "On leave all week so far:" in answer.content.decode()
    month = next(line.month for line in here.lines if line.person == cast.bob)
    assert (month.days, month.away) == (19, 5)  # 2–26 November, with Friday and four days of the week
    assert "王敏: 5 of 19 working days on leave, here since 11 Nov." in answer.content.decode()
    owned = re.search(rf'href="(/customers\?owner={cast.alice.pk})">(\d+)<', answer.content.decode())
    assert mia.get(owned[1]).content.decode().count("data-row") == int(owned[2]) == 1
    grace = client_of(cast.grace).get(f"/team/week?team={cast.south.pk}").context["here"]
    assert {line.person.team for line in grace.lines} == {cast.south}
    assert client_of(cast.alice).get("/team/week").status_code == 403


# --- A word on the last conversation, and when the teams meet -------------------------------------------------------
@pytest.mark.proves("R24")
def test_a_comment_from_the_line_stands_at_the_last_conversation(cast, quiet, client_of):
    mia, url = client_of(cast.mia), f"/team/comment?customer={quiet.pk}"
    assert url in mia.get("/team").content.decode()
    talk = FollowUp.objects.get(customer=quiet)
    assert talk.text in mia.get(url, headers=HTMX).content.decode()
    said = {"customer": quiet.pk, "key": key()}
    assert mia.post("/team/comment", said | {"text": ""}).status_code == 422
    assert mia.post("/team/comment", said | {"text": "先讲收益", "key": key()}).status_code == 302
    comment = talk.comments.get()
    assert (comment.by, comment.text, comment.private) == (cast.mia, "先讲收益", False)
    assert Notification.objects.filter(recipient=cast.alice, kind="customers.commented").count() == 1
    private = said | {"text": "内部", "private": "on", "key": key()}
    assert mia.post("/team/comment", private, headers=HTMX).headers["HX-Reswap"] == "none"
    assert Notification.objects.filter(recipient=cast.alice, kind="customers.commented").count() == 1
    assert client_of(cast.nadia).get(url).status_code == 404 and client_of(cast.alice).get(url).status_code == 403


def test_with_whom_nobody_has_spoken_there_is_nothing_to_comment_on(cast, now, client_of):
    silent = make_customer(cast.alice, now=now - 12 * DAY, name="从未联系")
    mia = client_of(cast.mia)
    page = mia.get("/team").content.decode()
    assert silent.name in page and "/team/comment" not in page
    assert mia.get(f"/team/comment?customer={silent.pk}").status_code == 404
    assert mia.get(f"/team/comment?rep={cast.alice.pk}").status_code == 404


def test_when_the_teams_meet_next(cast, now, client_of):
    """Monday 9:30 until an admin says otherwise; a day off moves it to the next working day."""
    from pipeline.meeting import next_time

    def on(day, hour, minute=0):
        return at(dt.date(2024, 3, day), dt.time(hour, minute))

    assert next_time(on(8, 12)) == next_time(on(11, 9, 30)) == on(11, 9, 30)
    assert next_time(on(11, 9, 31)) == on(18, 9, 30)
    assert next_time(at(dt.date(2024, 3, 29), dt.time(12))) == at(dt.date(2024, 4, 1), dt.time(9, 30))
    assert 'id="meets"' in client_of(cast.mia).get("/team").content.decode()
    ada = client_of(cast.ada)
    page = ada.get("/setup/switches").content.decode()
    assert 'name="meeting_at" value="09:30"' in page
    form = {name: field.initial for name, field in ada.get("/setup/switches").context["form"].fields.items()}
    form = {name: value for name, value in form.items() if value is not None and value is not False} | {"key": key()}
    said = form | {"meeting_day": "4", "meeting_at": "16:00"}
    assert ada.post("/setup/switches", said).status_code == 302
    festival = at(dt.date(2024, 4, 3), dt.time(12))  # 清明 from Thursday on, made up for on Sunday
    assert next_time(festival) == at(dt.date(2024, 4, 7), dt.time(16))
    assert ada.post("/setup/switches", form | {"meeting_at": "25:00", "key": key()}).status_code == 422
    assert ada.post("/setup/switches", form | {"meeting_day": "0", "key": key()}).status_code == 302
    assert next_time(now) is None
    assert 'id="meets"' not in client_of(cast.mia).get("/team").content.decode()


def test_exports_of_reps_are_listed_to_who_leads_them_and_to_nobody_else(cast, client_of):
    make_customer(cast.alice)
    alice = client_of(cast.alice)
    for person, sheet in ((alice, "follow-ups"), (client_of(cast.charlie), "requests")):
        made = person.post("/exports", {"sheet": sheet, "query": "", "key": key()})
        assert made.status_code == 302

    def taken(person):
        found = client_of(person).get("/team/week").context["here"].taken
        return None if found is None else [(who.username, rows) for who, _list, rows, _at in found]

    assert [taken(cast.mia), taken(cast.nadia)] == [[("alice", 0)], [("charlie", 0)]]
    assert sorted(taken(cast.grace)) == [("alice", 0), ("charlie", 0)]
    assert client_of(cast.mia).get(made["Location"]).status_code == 404, "that it was made, not what is in it"
    switches.set("export_listed", False, by=cast.ada, now=timezone.now())
    assert [taken(cast.mia), 'id="taken"' in client_of(cast.mia).get("/team/week").content.decode()] == [None, False]
    lines = client_of(cast.ada).get("/setup/audit?part=exchange").context["lines"]
    assert [(line.event.by.username, line.words.strip()) for line in lines] == [
        ("charlie", "exported Requests, 0 rows"), ("alice", "exported Follow-ups, 0 rows"),
    ]
