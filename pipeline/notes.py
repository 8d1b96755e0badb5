"""Notes on cards (D18): what a card says about work above it. Collaboration writes them, the board reads them.

hold: entering `stage` (or any later one; without a stage: any move forward) is refused while it stands.
waiting: somebody else is at work. good, bad: news, shown three days; a good note with a `stage` says that the approval
to enter that stage was given, and is what opens a gated stage (D29).
"""

from django.db.models import Q

from pipeline.models import CardNote

GOOD_DAYS = 3


def place_note(deal, kind, words, words_en="", *, source, link="", now, stage=None):
    """Put a note on the deal's card, replacing the standing one of the same source and kind. Returns the note."""
    same = Q(kind=kind, source=source)
    if kind == CardNote.Kind.HOLD:  # asked again: that it was withdrawn before is no longer news
        same |= Q(kind=CardNote.Kind.BAD)
    CardNote.objects.filter(same, deal=deal, until=None).update(until=now)
    return CardNote.objects.create(
        deal=deal, kind=kind, words=words[:120], words_en=words_en[:120], source=source, link=link, since=now,
        stage=stage,
    )


def place_notes(notes, *, now):
    """place_note() for many unsaved notes that hold nothing, each of its own source: two statements a kind."""
    for kind in {note.kind for note in notes}:
        same = [note for note in notes if note.kind == kind]
        sources, deals = [note.source for note in same], [note.deal_id for note in same]
        CardNote.objects.filter(kind=kind, source__in=sources, deal__in=deals, until=None).update(until=now)
    CardNote.objects.bulk_create(notes, batch_size=500)


def lift_notes(*sources, now):
    """End what sources ("request 318") said on cards, good news excepted. Returns how many notes ended."""
    standing = CardNote.objects.filter(source__in=sources, until=None).exclude(kind=CardNote.Kind.GOOD)
    return standing.update(until=now)


def holds_of(deals):
    """{deal id: [open hold, …]} for a list of deals."""
    found = {}
    notes = CardNote.objects.filter(deal__in=deals, kind=CardNote.Kind.HOLD, until=None).select_related("stage")
    for note in notes:
        found.setdefault(note.deal_id, []).append(note)
    return found


def passed_gate(deals):
    """{(deal id, stage id)} of the gated stages these deals may enter: a good note for the stage says so."""
    good = CardNote.objects.filter(deal__in=deals, kind=CardNote.Kind.GOOD, stage__isnull=False)
    return set(good.values_list("deal_id", "stage_id"))
