"""Two stages become one while saved filters, targets, reports, a running meeting and open pages name the old one: every
address somebody kept still opens, and nothing that was told is untold (S18)."""

import re

import pytest
from django.utils import timezone

from accounts.models import SavedView
from core.periods import period_of, today
from pipeline import staging
from pipeline.models import Deal, Meeting, Stage
from pipeline.moving import move_to
from reviews.aiming import aim
from reviews.scopes import Scope
from tests.cast import key
from tests.gate.test_director import LINK, running  # noqa: F401  (a fixture)


@pytest.fixture
def merged(running, clients):  # noqa: F811
    """(world, the stage that goes, the one that stays, {person: addresses that named it})."""
    cast, now = running.cast, timezone.now()
    month, week = period_of("month", today()), period_of("week", today())
    old, new = (Stage.objects.get(playbook__is_default=True, position=place) for place in (3, 4))
    move_to(Deal.objects.get(pk=running.alice.deal.pk), old, by=cast.alice, now=now, key_action="已摸清需求")
    aim(month, "rate", Scope("team", cast.east.pk), 40, by=cast.mia, now=now, detail=str(old.pk), reason="开局")
    SavedView.objects.create(page="pipeline:board", name="需求", query=f"stage={old.pk}", owner=cast.mia)
    assert clients["mia"].post(f"/team/meeting/{week.code}/start", {"key": key(), "team": cast.east.pk}).status_code == 302
    pages = ["/pipeline", "/pipeline/table?group=stage", "/pipeline/filters", "/team", "/process", "/forecast",
             f"/targets/{month.code}?view=rates", f"/targets/{month.previous().next().code}", f"/reviews/month/{month.code}",
             f"/reviews/week/{week.code}", f"/team/meeting/{week.code}", f"/customers/{running.alice.customer.pk}"]
    quarter = period_of("quarter", month.first).code
    names = re.compile(rf"(stage=|stages/|rate-|column/|to=){old.pk}\b")
    kept = {
        "mia": {f"/targets/{quarter}?view=rate-{old.pk}"}, "ada": {f"/pipeline?stage={old.pk}"},
        "alice": {f"/pipeline/table?stage={old.pk}", f"/deals/{running.alice.deal.pk}/move?to={old.pk}"},
    }
    for login in kept:
        for page in [*pages, "/setup/stages", f"/setup/stages/{old.pk}"] if login == "ada" else pages:
            links = LINK.findall(clients[login].get(page).content.decode())
            kept[login] |= {link.replace("&amp;", "&") for link in links if names.search(link)}
            kept[login].add(page)
    assert staging.merge(old, new, by=cast.ada, now=timezone.now()) == Deal.objects.filter(stage=new).count() > 0
    return running, old, new, kept


def test_every_address_that_named_it_opens(merged, clients):
    _world, old, _new, kept = merged
    wrong = {}
    for login, links in kept.items():
        assert len(links) > 12
        for link in sorted(links):
            answer = clients[login].get(link)
            told = answer.status_code == 409 and f"move?to={old.pk}" in link  # out of use, with what remains (B36)
            closed = answer.status_code == 403 and (link == "/team" or link.startswith("/setup/stages"))
            if answer.status_code not in (200, 302) and not told and not closed:
                wrong[(login, link)] = answer.status_code
    assert wrong == {}


def test_saved_filter_target_and_meeting_go_on(merged, clients):
    world, old, new, _kept = merged
    cast, mia, month = world.cast, clients["mia"], period_of("month", today()).code
    view = SavedView.objects.get(name="需求", owner=cast.mia)
    assert mia.get(f"/pipeline?{view.query}").context["board"].count == Deal.objects.filter(
        stage=new, customer__team=cast.east).count()
    sheet = mia.get(f"/targets/{month}?view=rates").context["sheet"]
    cell = sheet.cell(f"{month}~rate~{old.pk}~team-{cast.east.pk}")
    assert (cell.value, "out of use" in cell.column.label) == (40, True)
    quarter = period_of("quarter", today()).code
    assert mia.get(f"/targets/{quarter}?view=rate-{old.pk}").context["sheet"].columns[0].detail == str(old.pk)
    save = {f"v~{cell.name}": "45", f"o~{cell.name}": cell.seen, "reason": "合并", "view": "rates", "key": key()}
    assert mia.post(f"/targets/{month}/save", save).status_code == 302
    meeting = Meeting.objects.get(team=cast.east, week=period_of("week", today()).code)
    place = next(n for n, item in enumerate(meeting.agenda["items"]) if item.get("stage") == old.pk)
    shown = mia.post(f"/team/meeting/{meeting.week}/show", {"item": place, "team": cast.east.pk, "key": key()})
    page = mia.get(shown.url).content.decode() if shown.status_code == 302 else shown.content.decode()
    assert old.label_en in page and new.label_en in page  # as it was, and what changed since
    said = {"decision": "note", "text": "合并后继续", "item": place, "team": cast.east.pk, "key": key()}
    assert mia.post(f"/team/meeting/{meeting.week}/decide", said).status_code in (200, 302)
    assert mia.post(f"/team/meeting/{meeting.week}/end", {"team": cast.east.pk, "key": key()}).status_code == 302
    assert "合并后继续" in mia.get(f"/team/meeting/{meeting.week}/minutes").content.decode()
