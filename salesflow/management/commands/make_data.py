"""manage.py make_data --size small|large|extreme --seed N: data of any size for measuring, on top of what is there."""

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from salesflow.making.world import SIZES, World


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, size, seed, **options):
        with transaction.atomic():
            World(size, seed, timezone.now()).make(self.stdout.write)
