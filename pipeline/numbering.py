"""The numbers of a playbook's stages, those out of use included (S18, R39): history compares them for ever."""

from core.changing import change_each
from pipeline.models import Stage


def number(line, *, by):
    """Give the stages in use their numbers, in this order; those out of use go along with the one they followed."""
    had = sorted(line, key=lambda stage: (stage.position, -(stage.pk or 0)))  # of two, the older one was here before
    before, moved = [(stage.position, stage) for stage in had], []
    for gone in Stage.objects.filter(playbook=line[0].playbook_id, retired_at__isnull=False):
        followed = [stage for position, stage in before if position <= gone.position]
        place = line.index(followed[-1]) + 1 if followed else 0
        if place != gone.position:
            moved.append((gone, {"position": place}))
    change_each([*((stage, {"position": place}) for place, stage in enumerate(line, 1)), *moved], by=by)
