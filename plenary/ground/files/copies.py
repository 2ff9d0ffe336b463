"""Copies of pictures for the public: small enough for a page, and without what cameras write into them (place, time, device)."""

from __future__ import annotations

import io
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from plenary.errors import Conflict
from plenary.ground.audit.actors import Actor
from plenary.ground.files.actions import store
from plenary.ground.files.kinds import IMAGE_KINDS, IMAGES, PHOTO
from plenary.ground.files.models import StoredFile

#: Fills a page of usual width on a screen with two dots for each pixel, at some 300 KB.
LONGEST_SIDE = 1600
_QUALITY = 82


def public_copy(*, actor: Actor, file: StoredFile, side: int = LONGEST_SIDE) -> StoredFile:
    """Store a copy of a picture that everybody may read. side: its longer side at most, in pixels.

    Raises: Conflict where the file is no picture, or is not on disk any more.
    """
    if file.kind not in IMAGE_KINDS:
        raise Conflict(_("“%(name)s” is not a picture.") % {"name": file.name})
    try:
        with file.file.open("rb") as opened, Image.open(opened, formats=list(IMAGES)) as image:
            image.draft("RGB", (side, side))  # a large JPEG is decoded small at once
            turned = ImageOps.exif_transpose(image)
            turned.thumbnail((side, side))
            colours = turned.info.get("icc_profile") if turned.mode == "RGB" else None
            layered = turned.convert("RGBA")
            flat = Image.new("RGB", layered.size, "white")  # what is transparent, on paper
            flat.paste(layered, mask=layered.getchannel("A"))
    except OSError as error:
        raise Conflict(_("“%(name)s” cannot be read any more. Ask for it anew.") % {"name": file.name}) from error
    content = io.BytesIO()
    flat.save(content, "JPEG", quality=_QUALITY, optimize=True, progressive=True, icc_profile=colours)
    upload = ContentFile(content.getvalue(), name=f"{PurePath(file.name).stem}.jpg")
    return store(actor=actor, upload=upload, limits=PHOTO, is_public=True)
