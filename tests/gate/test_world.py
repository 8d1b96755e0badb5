"""The world itself stands, and says what it means."""

from customers.models import Customer


def test_the_world_stands(world):
    assert Customer.objects.visible_to(world.cast.alice).count() == 4  # own, imported, helped … counted by name below
