"""Custom fields of deals in a file: compared, written set-based, taken back where they still stand."""

from exchange import typed
from exchange.owncolumns import all_people, flag_missing
from exchange.taking_back import was_set
from pipeline.models import Deal
from pipeline.own import own_fields, set_many

LABEL = "pipeline.deal.own"  # of what this file set, apart from the deal's columns


def said(record, run):
    """{slug: value} of the fields the row fills in."""
    fields = run.once("own of deals", own_fields)
    return {one.slug: record.values[one.slug] for one in fields if record.values.get(one.slug) is not None}


def compare(record, deal, run):
    fields, new = run.once("own of deals", own_fields), said(record, run)
    for one in fields:
        old = typed.current(deal.custom.get(one.slug), one)
        if one.slug not in new or old == new[one.slug]:
            continue
        words = tuple(typed.say(value, one, run.once("people", all_people)) for value in (old, new[one.slug]))
        if record.change(one.slug, old, new[one.slug], shown=words):
            record.links.setdefault("deal_own", {})[one.slug] = new[one.slug]


def open_with(record, run):
    """What a new deal is opened with; a required field that is missing is said."""
    if record.sheet.slug == "stage-progress":
        flag_missing(record, run.once("own of deals", own_fields))
    return {"custom": custom} if (custom := said(record, run)) else {}


def write(records, run):
    wanted = {}
    for record in records:
        if patch := record.links.get("deal_own"):
            deal = record.links["deal"]
            wanted.setdefault(deal.pk, {}).update(patch)
            for slug, new in patch.items():
                record.set.append([LABEL, deal.pk, slug, deal.custom.get(slug), new])
    set_many(wanted, by=run.by)


def back(run):
    """Each value that still is what the file gave gets its old one; others stay, by name."""
    wanted, patches = was_set(run, LABEL), {}
    for deal in Deal.objects.filter(pk__in=wanted).select_related("customer"):
        for slug, (old, new) in wanted[deal.pk].items():
            if deal.custom.get(slug) == new:
                patches.setdefault(deal.pk, {})[slug] = old
            else:
                run.keep(deal)
    set_many(patches, by=run.by)
