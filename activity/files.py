"""Files of things: the gate every upload passes, versions, removal (reliability §6.2, B38; D32).

    try: attach(request, upload, by=user, now=now)
    except ValidationError as error: form.add_error("files", error)
"""

import hashlib
import re
import secrets
import unicodedata
import uuid

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Max, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.models import Attachment
from activity.recording import record
from activity.sniffing import MOST_PIXELS, pixels, sniff
from core.errors import NotAllowed, Refused
from core.room import is_full, room

LARGEST = 20 * 1024 * 1024
QUOTA = 2 * 1024**3  # a person
OWN_HOURS = 24  # so long one may remove what one added
RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
NO_ROOM = gettext_lazy("The server has too little room for {name}. Tell an admin; what you wrote is kept.")
ALLOWED = "PDF, PNG, JPG, GIF, WebP, Word, Excel, PowerPoint, TXT, CSV"


def check(upload):
    """The Kind of an upload. Raises ValidationError with a sentence that names the file and the remedy."""
    name = clean_name(upload.name)
    if upload.size == 0:
        raise ValidationError(_("{name} is empty.").format(name=name))
    if upload.size > LARGEST:
        size = filesizeformat(upload.size)
        raise ValidationError(_("{name} is {size}. The limit is 20 MB.").format(name=name, size=size))
    ending = name.rpartition(".")[2].lower()
    if not room().takes(upload.size):
        raise ValidationError(NO_ROOM.format(name=name))
    kind = sniff(upload, ending)
    if kind is None or ending not in kind.endings:
        text = _("{name} is not one of the kinds we take: {kinds}.")
        raise ValidationError(text.format(name=name, kinds=ALLOWED))
    if pixels(upload, kind) > MOST_PIXELS:
        raise ValidationError(_("{name} has more than 40 megapixels.").format(name=name))
    upload.seek(0)
    return kind


def attach(parent, upload, *, by, now, series=None):
    """Add a file to a thing the caller fetched through its gate. The same name, or `series`, makes a next version.

    Stored under a random name without an ending; people see the cleaned name. Raises ValidationError."""
    kind = check(upload)
    used = Attachment.objects.filter(added_by=by, removed_at=None).aggregate(n=Sum("size"))["n"] or 0
    if used + upload.size > QUOTA:
        raise ValidationError(_("Your files reach the limit of 2 GB. Remove some first."))
    name = clean_name(upload.name)
    series = series or _series_of(parent, name) or uuid.uuid4()
    row = Attachment(
        parent_type=ContentType.objects.get_for_model(parent), parent_id=parent.pk, name=name, kind=kind.type,
        size=upload.size, sha256=_sha256(upload), series=series, added_by=by, added_at=now,
    )  # fmt: skip
    upload.seek(0)
    row.file = row.file.field.generate_filename(row, secrets.token_hex(16))  # known before it is written
    try:
        row.file.storage.save(row.file.name, File(upload))
        _number_and_save(row)
    except BaseException as error:
        row.file.delete(save=False)  # nor is half a file left behind
        if is_full(error):
            raise ValidationError(NO_ROOM.format(name=name)) from error
        raise
    record("activity.attached", parent, by=by, at=now, about=getattr(parent, "customer_id", None), file=name,
           number=row.number, attachment=row.pk)  # fmt: skip
    return row


def freeze(attachment, *, now):
    """The approved version: it can no longer be removed; later versions may follow."""
    Attachment.objects.filter(pk=attachment.pk, frozen_at=None).update(frozen_at=now)


def may_remove(attachment, user, *, now):
    """One's own within a day, admins always; a frozen version stays."""
    young = (now - attachment.added_at).total_seconds() < OWN_HOURS * 3600
    return attachment.frozen_at is None and (user.is_admin or (attachment.added_by_id == user.pk and young))


def remove(attachment, *, by, now):
    """Take a file out of sight; the content stays for the record until the house is cleaned."""
    if not may_remove(attachment, by, now=now):
        raise NotAllowed(_("This file can no longer be removed."))
    if Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=now) != 1:
        raise Refused(_("This file was removed already."))
    record("activity.file_removed", attachment.parent, by=by, at=now, file=attachment.name)


def clean_name(name):
    """What people see: no folders, no control or direction characters, no reserved word, at most 120 characters."""
    name = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
    name = re.sub(r'[<>:"|?*]+', "_", name).strip().rstrip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    if stem.lower() in RESERVED or not stem:
        stem = f"_{stem}"
    ending = re.sub(r"\W", "", ending)[:10]
    return f"{stem[:108].strip('. ')}.{ending}" if ending else stem[:120]


def _series_of(parent, name):
    return Attachment.objects.of(parent).filter(name=name).values_list("series", flat=True).first()


def _number_and_save(row):
    """The next number of its series; of two at once the second takes the number after."""
    for attempt in range(5):
        row.number = (Attachment.objects.filter(series=row.series).aggregate(n=Max("number"))["n"] or 0) + 1
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if attempt == 4:
                raise
            row.pk = None
        else:
            return


def _sha256(upload):
    upload.seek(0)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()
