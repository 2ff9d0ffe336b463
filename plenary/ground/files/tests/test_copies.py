"""Copies of pictures for everybody."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from plenary.errors import Conflict
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.actions import store
from plenary.ground.files.copies import public_copy

pytestmark = pytest.mark.django_db


def stored(image: Image.Image, form: str, **more):
    made = io.BytesIO()
    image.save(made, form, **more)
    return store(actor=SYSTEM, upload=SimpleUploadedFile(f"given.{form.lower()}", made.getvalue()))


def opened(file) -> Image.Image:
    return Image.open(io.BytesIO(file.file.open("rb").read()))


def test_a_picture_taken_on_its_side_stands_upright_and_says_nothing_of_the_camera():
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = 6, "A camera"
    copy = public_copy(actor=SYSTEM, file=stored(Image.new("RGB", (80, 40)), "JPEG", exif=exif))
    shown = opened(copy)
    assert (shown.size, (copy.width, copy.height), dict(shown.getexif())) == ((40, 80), (40, 80), {})
    assert copy.is_public


def test_what_is_transparent_stands_on_white():
    shown = opened(public_copy(actor=SYSTEM, file=stored(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")))
    assert shown.getpixel((4, 4)) == (255, 255, 255)


def test_a_large_picture_is_made_small_and_a_small_one_stays():
    large = public_copy(actor=SYSTEM, file=stored(Image.new("L", (3000, 300)), "PNG"), side=600)
    assert (large.width, large.height) == (600, 60)
    small = public_copy(actor=SYSTEM, file=stored(Image.new("P", (30, 20)), "GIF"), side=600)
    assert (small.width, small.height) == (30, 20)


def test_a_text_is_no_picture_and_a_lost_file_is_told():
    text = store(actor=SYSTEM, upload=SimpleUploadedFile("words.txt", b"Words"))
    with pytest.raises(Conflict, match="not a picture"):
        public_copy(actor=SYSTEM, file=text)
    lost = stored(Image.new("RGB", (8, 8)), "PNG")
    lost.file.storage.delete(lost.file.name)
    with pytest.raises(Conflict, match="cannot be read"):
        public_copy(actor=SYSTEM, file=lost)
