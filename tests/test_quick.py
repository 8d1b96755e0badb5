"""What is put together once says the same as what is put together each time: tags of pages, SQL of questions."""

import datetime as dt

import pytest
from django.db.models import F
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
    for question in (
        lambda number: FollowUp.objects.all()[:number], lambda number: Customer.objects.filter(name=f"no {number}"),
        lambda number: Customer.objects.filter(pk=number + 1),
    ):
        with pytest.raises(ValueError, match="not values"):
            prepared(question)(3)


def test_moments_come_back_as_they_were_written(cast):
    """Whoever reads them (core/pgmoments.py on PostgreSQL): to the microsecond, in UTC, of any year a datetime has."""
    customer = Customer.objects.create(name="时间", owner=cast.alice, made_by=cast.alice, made_at=timezone.now())
    for text in ("0001-01-02T03:04:05+00:00", "1900-01-01T00:00:00.000001+08:05", "2024-03-01T09:30:00.120000+08:00",
                 "2026-11-30T23:59:59.999999+00:00", "9999-12-30T00:00:00+00:00"):
        moment = dt.datetime.fromisoformat(text)
        Customer.objects.filter(pk=customer.pk).update(made_at=moment)
        read = Customer.objects.filter(pk=customer.pk).values_list("made_at", flat=True).get()
        assert (read, read.tzinfo) == (moment, dt.UTC)
