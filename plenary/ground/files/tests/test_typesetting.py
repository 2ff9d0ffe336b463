"""A machine without fonts for a script is told what to install."""

from __future__ import annotations

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from plenary.ground.files import typesetting


def test_a_machine_without_fonts_learns_which_packages_bring_them(monkeypatch):
    monkeypatch.setattr(typesetting, "FONT_FOLDERS", ())
    assert typesetting.missing_packages() == {"ar": "fonts-noto-core", "zh": "fonts-noto-cjk"}


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_no_document_of_boxes_is_made_in_a_language_without_a_font(monkeypatch, language):
    monkeypatch.setattr(typesetting, "FONT_FOLDERS", ())
    with pytest.raises(typesetting.CannotTypeset, match=typesetting.DEBIAN_PACKAGES[language]):
        typesetting.compile_pdf("", language=language, at=timezone.now())


def test_a_box_for_a_character_is_logged_with_what_to_install(monkeypatch):
    monkeypatch.setattr(typesetting, "FONT_FOLDERS", ())
    source = f"#set document(title: {typesetting.string('x')})\n{typesetting.text_of('健康 of a name')}"
    with capture_logs() as lines:
        assert typesetting.compile_pdf(source, language="en", at=timezone.now()).startswith(b"%PDF-")
    assert {(line["event"], line["characters"]) for line in lines} == {("files.no_font", 2)}
    assert "健" not in str(lines), "what somebody wrote does not go into the logs"
    assert "fonts-noto-cjk" in lines[0]["install"]
