"""The pinyin of names and contacts in the search table, of those that are there already."""

from django.db import migrations

from customers.mentions import core_name
from customers.searching import sounds

AT_ONCE = 2000


def keep(apps, schema_editor):
    Customer, Contact, Gram = (apps.get_model("customers", name) for name in ("Customer", "Contact", "Gram"))
    Gram.objects.filter(kind="y").delete()
    people = Contact.objects.filter(retired_at=None).values_list("customer", "name")
    for rows, names_of in (
        (Customer.objects.values_list("pk", "name"), lambda name: (name, core_name(name))),
        (people, lambda name: (name,)),
    ):
        found = set()
        for customer, name in rows.iterator(chunk_size=AT_ONCE):
            found |= {(customer, sound) for sound in sounds(*names_of(name))}
            if len(found) >= AT_ONCE:
                _write(Gram, found)
                found = set()
        _write(Gram, found)


def _write(Gram, found):
    Gram.objects.bulk_create([Gram(customer_id=customer, gram=gram, kind="y") for customer, gram in sorted(found)])


def leave_out(apps, schema_editor):
    apps.get_model("customers", "Gram").objects.filter(kind="y").delete()


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_quiet_by_person")]
    operations = [migrations.RunPython(keep, leave_out)]
