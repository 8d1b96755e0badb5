"""Taking the demo away: what the migrations sow is there again, and nothing else."""

from django.apps import apps

from accounts.models import Department
from salesflow.making import demo
from tests.cast import make_user


def rows():
    """{table: rows} without their keys and moments, which a second sowing counts on."""
    free = ("id", "pk", "at", "since", "made_at", "history_id", "history_date", "joined_at", "changed_at")
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in demo.FLOORS and not model.__name__.startswith("Historical"):
            names = [f.attname for f in model._meta.concrete_fields if f.attname not in free and not f.is_relation]
            found[model.__name__] = sorted(map(repr, model._base_manager.values_list(*names)))
    return found


def test_removed_it_leaves_what_the_migrations_sow(transactional_db):
    sown = rows()
    make_user("alice", "李强", "rep", is_demo=True)
    Department.objects.create(name="销售部", name_en="Sales", sells=True)
    demo.remove_everything()
    assert rows() == sown
