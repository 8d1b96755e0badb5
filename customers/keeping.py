"""Fields of customers and contacts after they were made; archive, helpers, reveal (D2, D6)."""

from django.db import transaction

from activity.recording import record
from core.changing import change, save_form
from core.errors import NotAllowed
from core.text import phone_key
from customers.creating import add_contacts, named, staff_band
from customers.custom import set_custom
from customers.models import Contact, CustomerHelper
from customers.searching import index_again
from exchange.ownforms import patch_of


def edit(form, customer, *, by, now, expect):
    """Save a CustomerForm; returns (changed names, merged). Raises Conflict as core.changing.save_form does."""
    patch = patch_of(form, form.own)
    with transaction.atomic():
        changed, merged = save_form(form, customer, by=by, expect=expect, also=_follows, less=set(patch))
        if "name" in changed:
            customer.name = form.cleaned_data["name"]
            index_again([customer])
        if patch:
            changed = [*changed, *set_custom(customer, patch, by=by, now=now, expect=expect)]
        if changed:
            record("customers.edited", customer, by=by, at=now, about=customer, n=len(set(changed) & set(form.fields)))
    return changed, merged


def _follows(wanted):
    """The columns that follow from a name or a size."""
    also = named(wanted["name"]) if "name" in wanted else {}
    if "size_text" in wanted:
        also["staff_min"], also["staff_max"] = staff_band(wanted["size_text"])
    return also


def _follows_phone(wanted):
    return {"phone_key": phone_key(wanted["phone"])} if "phone" in wanted else {}


def add_contact(customer, row, *, by, now):
    """One more person; a main one takes the place of the other."""
    with transaction.atomic():
        if row.get("is_main"):
            _no_other_main(customer, None, by=by)
        has_main = customer.contacts.filter(retired_at=None, is_main=True).exists()
        row = row | {"is_main": row.get("is_main") or not has_main}
        contact = add_contacts([(customer, [row])], by=by)[customer.pk][0]
        index_again([customer])
        record("customers.contact_added", contact, by=by, at=now, about=customer, name=str(contact.name or ""))
    return contact


def edit_contact(form, contact, *, by, now, expect):
    with transaction.atomic():
        if "is_main" in form.changed_data and form.cleaned_data["is_main"]:
            _no_other_main(contact.customer, contact, by=by)
        changed, merged = save_form(form, contact, by=by, expect=expect, also=_follows_phone)
        if changed:
            index_again([contact.customer])
            record("customers.contact_edited", contact, by=by, at=now, about=contact.customer, name=contact.name)
    return changed, merged


def retire_contact(contact, *, by, now):
    """Left the company: kept in the history, gone from lists and from the search."""
    with transaction.atomic():
        change(contact, by=by, retired_at=now, is_main=False)
        index_again([contact.customer])
        record("customers.contact_retired", contact, by=by, at=now, about=contact.customer, name=contact.name)


def archive(customer, *, by, now):
    """Out of every list until somebody takes it back; the returned event can be undone."""
    with transaction.atomic():
        change(customer, by=by, archived_at=now)
        return record("customers.archived", customer, by=by, at=now, about=customer, name=customer.name)


def unarchive(customer, *, by, now):
    with transaction.atomic():
        change(customer, by=by, archived_at=None)
        return record("customers.unarchived", customer, by=by, at=now, about=customer, name=customer.name)


def undo_archive(event, *, by, now):
    unarchive(event.subject, by=by, now=now)


def reveal(contact, *, by, now):
    """The full phone to somebody who sees the mask, recorded first (D6)."""
    record("customers.revealed", contact, by=by, at=now, about=contact.customer, name=contact.name)
    return contact.phone


def add_helper(customer, user, *, by, now):
    if not user.sells or not user.is_active:
        raise NotAllowed
    made, new = CustomerHelper.objects.get_or_create(customer=customer, user=user, defaults={"added_by": by})
    if new:
        record("customers.helper_added", customer, by=by, at=now, about=customer, tell=[user], name=customer.name,
               helper=user.name)
    return made


def remove_helper(helper, *, by, now):
    customer, name = helper.customer, helper.user.name
    helper.delete()
    record("customers.helper_removed", customer, by=by, at=now, about=customer, helper=name)


def _no_other_main(customer, but, *, by):
    for other in Contact._base_manager.filter(customer=customer, is_main=True).exclude(pk=but and but.pk):
        change(other, by=by, is_main=False)
