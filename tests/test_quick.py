"""What is put together once says the same as what is put together each time: tags of pages, SQL of questions."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F, Q, Value
from django.template import Context, engines
from django.urls import reverse
from django.utils import timezone, translation

from core.prepared import prepared
from customers.models import Customer, FollowUp

PIECES = [
    '{% translate "Customers" %}', '{% translate "Won" context "tag" %}|{% translate "Won" context "short" %}',
    '{% translate "Save" as word %}<{{ word }}>', '{% trans "Save" noop %}',
    '{% with w="Save" %}{% translate w %}{% endwith %}',
    '{% translate "Save"|upper %}', "{% translate '<b> & 50 %%' %}",
    "{% url 'customers:list' %}", "{% url 'customer' 12 %}", "{% url 'customer' pk %}", "{% url 'customer' pk=12 %}",
    "{% url name 12 %}", "{% url 'nowhere' as address %}[{{ address }}]",
    "{% autoescape off %}{% url 'customer' 3 %}{% endautoescape %}",
]


def test_tags_say_what_those_of_django_say():
    ours, theirs = engines["django"].engine, "{% load i18n %}"
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            for piece in PIECES:
                said = [
                    ours.from_string(start + piece).render(Context({"pk": 31, "name": "customer"}))
                    for start in ("", theirs, "")
                ]
                assert said[0] == said[1] == said[2], piece
            kept = ours.from_string(PIECES[0])
            assert kept.render(Context()) == kept.render(Context())
    assert ours.from_string("{% url 'customer' pk %}").render(Context({"pk": 7})) == reverse("customer", args=[7])


def test_a_question_put_together_once_finds_what_it_finds_each_time(cast):
    alice, bob = cast.alice, cast.bob
    made = [
        Customer.objects.create(name=f"客户{n}", owner=(bob, alice)[n % 2], made_by=alice, made_at=timezone.now())
        for n in range(6)
    ]

    @prepared
    def of(owner, among, since, day):
        rows = Customer.objects.filter(owner=owner, pk__in=among, made_at__gte=since).exclude(next_step_on__lt=day)
        return rows.select_related("owner").annotate(again=F("pk")).order_by("-pk")[:4]

    @prepared
    def names(owner, field):
        return Customer.objects.filter(owner=owner).order_by("pk").values_list(field, flat=True)

    long_ago, later = dt.datetime(2001, 1, 1, tzinfo=dt.UTC), dt.datetime(2199, 1, 1, tzinfo=dt.UTC)
    for owner in (alice, bob, alice):
        for among in (made, made[:3], made[2:5], []):
            keys = [one.pk for one in among]
            for since in (long_ago, later):
                wanted = Customer.objects.filter(owner=owner, pk__in=keys, made_at__gte=since).order_by("-pk")
                found = list(of(owner.pk, keys, since, dt.date(2020, 1, 1)))
                assert [(one.pk, one.owner.name) for one in found] == [(one.pk, owner.name) for one in wanted]
                assert all(one.again == one.pk for one in found)
        assert list(names(owner.pk, "name")) == [one.name for one in made if one.owner == owner]
        assert list(names(owner.pk, "pk")) == [one.pk for one in made if one.owner == owner]


def test_a_value_that_is_not_sent_as_it_is_is_refused(db):
    day, moment = dt.date(2024, 3, 4), dt.datetime(2024, 3, 4, 9, tzinfo=dt.UTC)
    for question, *values in (
        (lambda number: FollowUp.objects.all()[:number], 3),
        (lambda number: Customer.objects.filter(name=f"no {number}"), 3),
        (lambda number: Customer.objects.filter(pk=number + 1), 3),
        (lambda number, other: Customer.objects.filter(pk__in=[number, other, number + 1]), 3, 9),
        (lambda day: Customer.objects.filter(last_contact_on__lt=day + dt.timedelta(days=1)), day),
        (lambda a, b: Customer.objects.filter(quiet_since__range=(a, b + dt.timedelta(days=1))), day, day),
        (lambda at: Customer.objects.filter(made_at__lt=at - dt.timedelta(hours=24)), moment),
        (lambda at: Customer.objects.filter(last_contact_on=at.date()), moment),
    ):
        with pytest.raises(ValueError, match="not values"):
            prepared(question)(*values)
    for question in (
        lambda days: Customer.objects.filter(limit_days=days),
        lambda days: Customer.objects.filter(limit_days__lt=days),
    ):
        if connection.vendor == "postgresql":  # the column is too narrow for what stands for the number
            with pytest.raises(ValueError, match="not values"):
                prepared(question)(3)
        else:
            list(prepared(question)(3))


def test_values_that_do_not_stand_for_others_are_what_a_question_is_kept_by(cast):
    made = [
        Customer.objects.create(name=f"客户{n}", owner=cast.alice, made_by=cast.alice, made_at=timezone.now(), tag=tag)
        for n, tag in enumerate(["hot", "hot", "interested"])
    ]
    keys = [one.pk for one in made]

    @prepared
    def called(names):
        return Customer.objects.filter(name__in=names).order_by("pk").values_list("pk", flat=True)

    @prepared
    def among(these):
        return Customer.objects.filter(pk__in=these).order_by("pk").values_list("pk", flat=True)

    @prepared
    def valued(value):
        return Customer.objects.filter(pk=keys[0]).values_list(Value(str(value)), flat=True)

    @prepared
    def none_of(these, owner):
        return Customer.objects.filter(Q(pk__in=these, owner=owner) | Q(tag="hot")).values_list("pk", flat=True)

    for question in (called, among):
        given = ["客户0", "客户1", "客户2"] if question is called else keys
        for which in ([0, 1], [1, 2], [2, 2], [0], [], [2]):
            assert list(question([given[n] for n in which])) == [keys[n] for n in sorted(set(which))]
    for these in ([keys[0], None], [None, keys[1]], [str(keys[2]), keys[0]], [True, keys[1]]):
        assert list(among(these)) == list(among.build(these)), these
    for value in (True, 1.0, Decimal(1), None, "", "1", False, 0.0):
        assert list(valued(value)) == [str(value)]
    assert sorted(none_of([], cast.alice.pk)) == sorted(none_of([], cast.bob.pk)) == keys[:2]
    for pk in (-(2**63), 2**63 - 1, -5, 0):
        assert list(none_of([pk], cast.alice.pk)) == list(none_of.build([pk], cast.alice.pk))


def test_an_answer_is_read_and_nothing_else(cast):
    """What would be asked with the numbers that stand for nothing says so, rather than "none"."""

    @prepared
    def of(owner):
        return Customer.objects.filter(owner=owner).order_by("pk")

    made = Customer.objects.create(name="客户", owner=cast.alice, made_by=cast.alice, made_at=timezone.now())
    for use in (
        lambda rows: rows.count(), lambda rows: rows.exists(), lambda rows: rows.contains(made), lambda rows: rows[0],
        lambda rows: rows.first(), lambda rows: rows.update(name=""), lambda rows: rows.delete(),
        lambda rows: rows.filter(pk=made.pk), lambda rows: list(Customer.objects.filter(pk__in=rows)),
    ):
        with pytest.raises(TypeError):
            use(of(cast.alice.pk))
    rows = of(cast.alice.pk)
    assert (list(rows), rows.count(), rows.exists(), rows[0], bool(rows), rows.ordered) == ([made], 1, True, made, 1, 1)


def test_moments_come_back_as_they_were_written(cast):
    """Whoever reads them (core/pgmoments.py on PostgreSQL): to the microsecond, in UTC, of any year a datetime has."""
    customer = Customer.objects.create(name="时间", owner=cast.alice, made_by=cast.alice, made_at=timezone.now())
    for text in ("0001-01-02T03:04:05+00:00", "1900-01-01T00:00:00.000001+08:05", "2024-03-01T09:30:00.120000+08:00",
                 "2026-11-30T23:59:59.999999+00:00", "9999-12-30T00:00:00+00:00"):
        moment = dt.datetime.fromisoformat(text)
        Customer.objects.filter(pk=customer.pk).update(made_at=moment)
        read = Customer.objects.filter(pk=customer.pk).values_list("made_at", flat=True).get()
        assert (read, read.tzinfo) == (moment, dt.UTC)
