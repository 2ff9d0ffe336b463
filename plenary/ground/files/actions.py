"""Taking files in, publishing, deleting and restoring them."""

from __future__ import annotations

import hashlib
import uuid

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.errors import Conflict
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.files.kinds import MEGABYTE, Limits, recognise, refuse
from plenary.ground.files.models import StoredFile
from plenary.ground.files.names import clean_name, extension_of


def store(*, actor: Actor, upload: UploadedFile | File, limits: Limits | None = None, is_public: bool = False) -> StoredFile:
    """Take a file in, if its content is what its name says and within the limits of the purpose.

    upload: as Django gives it. limits: see ``files.kinds`` (``PHOTO``, ``DOCUMENT``). Raises: Invalid at the field
    ``file``; NotAllowed.
    """
    require(actor, "files.store")
    if is_public:
        require(actor, "files.publish")
    limits = limits or Limits()
    size = upload.size or 0
    if size > limits.size:
        allowed = limits.size // MEGABYTE
        sentence = ngettext("The file is larger than %(n)s megabyte.", "The file is larger than %(n)s megabytes.", allowed)
        raise refuse(sentence % {"n": allowed})
    name = clean_name(upload.name or "")
    found = recognise(upload.file or upload, extension_of(name), limits)
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    stored = StoredFile(
        name=name,
        kind=found.kind,
        size=size,
        sha256=digest.hexdigest(),
        width=found.width,
        height=found.height,
        is_public=is_public,
        uploaded_by=actor.trail_id,
    )
    # On disk it is a number with the extension of what it is: nothing of the name that was given.
    stored.file.save(f"{uuid.uuid4()}.{found.extensions[0]}", upload, save=False)
    try:
        with transaction.atomic():
            stored.save()
            record(actor=actor, verb="stored", kind="files.file", key=str(stored.pk), after={"name": name, "kind": found.kind, "size": stored.size})
    except BaseException:
        stored.file.delete(save=False)
        raise
    return stored


@transaction.atomic
def publish(*, actor: Actor, file: StoredFile, is_public: bool = True) -> StoredFile:
    """Let everyone read a file, or no longer."""
    require(actor, "files.publish", file)
    if file.is_public != is_public:
        file.is_public = is_public
        file.save(update_fields=["is_public"])
        record(actor=actor, verb="changed", kind="files.file", key=str(file.pk), before={"is_public": not is_public}, after={"is_public": is_public})
    return file


@transaction.atomic
def delete(*, actor: Actor, file: StoredFile, reason: str = "") -> StoredFile:
    """Put a file away; staff can bring it back until it is purged."""
    file = StoredFile.objects.select_for_update().get(pk=file.pk)
    require(actor, "files.delete", file)
    if file.deleted_at is None:
        file.deleted_at = timezone.now()
        file.save(update_fields=["deleted_at"])
        record(actor=actor, verb="deleted", kind="files.file", key=str(file.pk), reason=reason)
    return file


@transaction.atomic
def restore(*, actor: Actor, file: StoredFile, reason: str = "") -> StoredFile:
    """Bring a deleted file back."""
    file = StoredFile.objects.select_for_update().get(pk=file.pk)
    require(actor, "files.publish", file)
    if file.deleted_at is None:
        raise Conflict(_("This file is not deleted."))
    file.deleted_at = None
    file.save(update_fields=["deleted_at"])
    record(actor=actor, verb="restored", kind="files.file", key=str(file.pk), reason=reason)
    return file


@transaction.atomic
def purge(*, actor: Actor, file: StoredFile) -> None:
    """Remove a file for good, from disk too, once the transaction has committed."""
    require(actor, "files.publish", file)
    storage, path = file.file.storage, str(file.file.name)
    record(actor=actor, verb="purged", kind="files.file", key=str(file.pk))
    file.delete()
    transaction.on_commit(lambda: storage.delete(path))
