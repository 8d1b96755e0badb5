"""Socket: things that own files and that messages are about, each read through its own gate (D9).

    parent(CollaborationRequest, visible=CollaborationRequest.objects.visible_to)      from an upper app's apps.py

A model whose manager has `visible_to(user)` is a target of messages without registering; files need registering.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

_parents = {}


def parent(model, *, visible):
    """Let `model` own files: visible(user) -> queryset of those a person may see."""
    _parents[model] = visible


def gate(model, user):
    """What of a model exists for a person; nothing for a model without a gate."""
    if model in _parents:
        return _parents[model](user)
    manager = getattr(model, "objects", None)
    if hasattr(manager, "visible_to"):
        return manager.visible_to(user)
    return model._default_manager.none()


def files_of_visible(user):
    """The condition on attachments whose parent a person may see now."""
    found = Q(pk__in=[])
    for model in _parents:
        kind = ContentType.objects.get_for_model(model)
        found |= Q(parent_type=kind, parent_id__in=gate(model, user).order_by().values("pk"))
    return found


def seen(user, pairs):
    """{(type id, id): object} of the things a person may see, one query a type. `pairs` are (type id, id)."""
    wanted = {}
    for type_id, pk in pairs:
        wanted.setdefault(type_id, set()).add(pk)
    found = {}
    for type_id, keys in wanted.items():
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is not None:
            for obj in gate(model, user).filter(pk__in=keys):
                found[type_id, obj.pk] = obj
    return found
