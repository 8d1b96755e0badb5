"""Saved matches of columns and words, by name: kept after one file, offered for the next with the same header (M1)."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.changing import change, write_history
from core.errors import Refused
from exchange.matching import header_key
from exchange.models import MappingProfile
from exchange.opening import columns_by, profile_fits
from exchange.people import People
from exchange.sheets import sheet_of

MOST = 100  # of one person


def fitting(batch, user):
    """The profiles of this person, and those for everybody, whose columns are all in the file. One query."""
    if len(batch.tables) != 1:
        return []
    header = batch.tables[0]["header"]
    rows = MappingProfile.objects.visible_to(user).select_related("owner")
    return [one for one in rows if profile_fits(one, header)]


def keep(batch, name, *, shared, by):
    """Keep how a batch with one table was matched, under a name; one's own of that name is replaced. Raises Refused
    for a batch of several tables, and beyond a hundred."""
    if len(batch.tables) != 1:
        raise Refused(_("The matches of a file with one table can be saved, not of several."))
    (table,), mapping = batch.tables, batch.mapping
    values = {
        "sheet": table["slug"],
        "shared": shared,
        "columns": {header_key(table["header"][int(i)]): field for i, field in table["columns"].items()},
        "words": mapping.get("values", {}),
        "people": mapping.get("people", {}),
        "spelling": mapping.get("spelling", {}),
    }
    values["columns"].pop("", None)
    with transaction.atomic():
        mine = MappingProfile.objects.filter(owner=by)
        known = mine.select_for_update().filter(name=name).first()
        if known:
            change(known, by=by, **values)
            return known
        if mine.count() >= MOST:
            raise Refused(_("A hundred saved matches are enough: remove one first."))
        made = MappingProfile(owner=by, name=name, **values)
        MappingProfile.objects.bulk_create([made])
        write_history([made], by=by, made=True)
    return made


def use(batch, profile, *, by):
    """Match a batch as the profile says; people only where `by` may assign to them."""
    (table,) = batch.tables
    table["slug"] = profile.sheet
    table["columns"] = {str(index): field for index, field in columns_by(profile, table["header"]).items()}
    allowed = People(by).by_login
    people = {words: login for words, login in profile.people.items() if login == "" or login in allowed}
    known = sheet_of(profile.sheet).by_field
    words = {field: found for field, found in profile.words.items() if field in known}
    batch.sheet = profile.sheet
    batch.mapping |= {"people": people, "values": words, "spelling": profile.spelling, "profile": profile.name}


def may_mend(profile, user):
    """Rename, share, remove: its owner; what is for everybody, admins too."""
    return profile.owner_id == user.pk or (profile.shared and user.is_admin)


def rename(profile, name, *, shared, by, expect):
    """Another name, or for oneself alone or everybody. Raises Refused for a name its owner has already, Conflict when
    it was changed meanwhile."""
    others = MappingProfile.objects.filter(owner=profile.owner_id, name=name).exclude(pk=profile.pk)
    if others.exists():
        raise Refused(_("There are saved matches of that name."))
    change(profile, by=by, expect=expect, name=name, shared=shared)


def remove(profile, *, by):
    """Its history stays."""
    profile._history_user = by
    profile.delete()
