"""What was said is found by its words, however many letters; on PostgreSQL by the index, rare or common (D42)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import recalling
from customers.models import FollowUp
from tests.cast import make_customer, make_log

pytestmark = pytest.mark.django_db

SAID = "对方说 CRM 预算要等财务总监审批，100% 下周_再谈 Émile"


@pytest.fixture
def said(cast):
    customer = make_customer(cast.alice)
    make_log(customer, text="没有别的")
    return make_log(customer, text=SAID)


def found(user, text, **more):
    talks = FollowUp.objects.visible_to(user).counted().filter(happened_at__lte=timezone.now())
    return [row[0] for row in recalling.newest_holding(talks, text, **{"most": 8, "window": 100} | more)]


@pytest.mark.parametrize("common", [False, True])
@pytest.mark.parametrize("text", [
    "预", "预算", "财务总监", "crm", "CRM 预", "c", "100%", "下周_再", "，", "É", "Émile", "要等财务总监审批，100%",
])
def test_a_text_is_found_in_any_case_by_any_of_its_parts(cast, said, monkeypatch, text, common):
    if common:
        monkeypatch.setattr(recalling, "_common", lambda _moment: set(recalling._grams(text)))
    assert found(cast.alice, text) == [said.pk]
    assert found(cast.charlie, text) == []


@pytest.mark.parametrize("text", ["算预", "财总", "财务，总监", "下周x再", "1009", "crm系统", "\\", "'"])
def test_what_was_not_said_is_not_found(cast, said, text):
    assert found(cast.alice, text) == []


def test_the_newest_come_first_and_no_more_than_asked(cast, said):
    later = [make_log(said.customer, text=f"财务 {n}") for n in range(3)]
    newest = sorted([*later, said], key=lambda talk: (talk.happened_at, talk.pk), reverse=True)
    assert found(cast.alice, "财务", most=3) == [talk.pk for talk in newest[:3]]


def test_the_index_has_every_gram_of_one_and_two_letters(cast, said):
    if connection.vendor != "postgresql":  # only there words have an index: elsewhere it is not asked
        with CaptureQueriesContext(connection) as seen:
            found(cast.alice, "财务")
        assert not any("followup_grams" in query["sql"] for query in seen.captured_queries)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT followup_grams(%s)", ["加了A微\n信"])
        assert set(cursor.fetchone()[0]) >= {"加", "了", "a", "微", "\n", "信", "加了", "了a", "a微", "微\n", "\n信"}
