"""Two at once: two accept, one withdraws while the other accepts, two ask for a number (B37, REL1)."""

import threading

import pytest
from django.db import close_old_connections, connection, transaction

from collaboration import verbs
from collaboration.models import CollaborationRequest
from core.errors import Refused
from tests.cast import build_cast, make_user
from tests.collaboration.world import MONDAY, TUESDAY, ask, kind

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def cast(transactional_db):
    return build_cast()


def at_once(*deeds):
    """Run the deeds in threads that start together; returns what each gave, an exception included."""
    barrier, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            barrier.wait(10)
            with transaction.atomic():
                results[place] = deed()
        except Exception as problem:  # noqa: BLE001  (the result under test)
            results[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    close_old_connections()
    return results


def fresh(request):
    return CollaborationRequest.objects.select_related("kind", "department").get(pk=request.pk)


@pytest.mark.proves("B37")
def test_of_two_who_accept_one_wins_and_the_other_is_told(cast):
    other = make_user("uma", "吴优", "support", department=cast.tech)
    request = ask(cast.alice, cast.tech)
    seen = [fresh(request), fresh(request)]  # both looked at the same page
    results = at_once(
        lambda: verbs.accept(seen[0], by=cast.tess, now=TUESDAY), lambda: verbs.accept(seen[1], by=other, now=TUESDAY)
    )
    lost = [result for result in results if isinstance(result, Refused)]
    assert len(lost) == 1, results
    now = fresh(request)
    assert now.person.name in lost[0].message
    assert now.intervals.filter(state="accepted").count() == 1


@pytest.mark.proves("B37")
def test_withdrawn_while_it_is_accepted_one_of_both_happens(cast):
    request = ask(cast.alice, cast.tech)
    seen = [fresh(request), fresh(request)]
    results = at_once(
        lambda: verbs.accept(seen[0], by=cast.tess, now=TUESDAY),
        lambda: verbs.withdraw(seen[1], by=cast.alice, now=TUESDAY),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results


def test_without_the_condition_on_the_state_one_is_lost(cast):
    """The negative control: what happens when a verb just writes."""
    request = ask(cast.alice, cast.tech)
    seen = [fresh(request), fresh(request)]
    for one, state, person in ((seen[0], "accepted", cast.tess), (seen[1], "withdrawn", None)):
        one.state, one.person, one.promised_on = state, person, MONDAY.date()
        one.save()
    assert fresh(request).person is None  # the acceptance is gone and nobody was told


def test_numbers_are_unique_however_many_ask_at_once(cast):
    def one():
        return ask(cast.alice, cast.tech).number

    numbers = at_once(one, one, one, one)
    assert sorted(numbers) == [1, 2, 3, 4], numbers
    assert kind().requests.count() == 4


def test_without_the_condition_on_the_state_both_accept(cast):
    """The negative control of two who accept: both are told yes, and the first is forgotten."""
    other = make_user("uma", "吴优", "support", department=cast.tech)
    request = ask(cast.alice, cast.tech)
    seen = [fresh(request), fresh(request)]
    for one, person in ((seen[0], cast.tess), (seen[1], other)):
        one.state, one.person, one.promised_on = "accepted", person, MONDAY.date()
        one.save()
    assert [one.person for one in seen] == [cast.tess, other] and fresh(request).person == other
