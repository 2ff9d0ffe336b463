from __future__ import annotations

import pytest

from plenary.ground.framework.text import Text
from plenary.ground.search import index, registry
from plenary.ground.search.registry import Document, Kind

RECORDS = {
    ("entry", "1"): Document(
        "entry",
        "1",
        "/stocktaking/1/",
        Text({"en": "Vanuatu Inter-island Telemedicine and Learning Network", "zh": "瓦努阿图岛际远程医疗和学习网络"}),
        [Text({"en": 'Links rural clinics of four <b>islands</b> with the referral hospital & its "staff".'})],
        ["Government of Vanuatu", "2017-42"],
        {"action-lines": ["C7-4"], "countries": ["VU"]},
        2017,
    ),
    ("entry", "2"): Document(
        "entry",
        "2",
        "/stocktaking/2/",
        Text({"fr": "Réseau d'éducation numérique"}, "fr"),
        [Text({"ar": "شبكة التَّعليم الإلكتروني في المدارس", "ru": "Сеть электронного обучения для всё новых школ"}, "ar")],
        ["Université de Kinshasa"],
        {"action-lines": ["C7-3"], "countries": ["CD"]},
        2021,
    ),
    ("entry", "3"): Document(
        "entry", "3", "/stocktaking/3/", Text({"es": "Conexión para niñas"}, "es"), [Text.of("Schools in the mountains")], [], {"countries": ["PE"]}, 2020
    ),
    ("session", "2020-208"): Document("session", "2020-208", "/forum/2020/sessions/208/", Text.of("Learning from islands"), [], ["208"], {}, 2020),
}


@pytest.fixture
def records(settings, tmp_path, monkeypatch):
    """An index of four records in a folder of its own; tests change the records and follow."""
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.SEARCH_FOLLOWS_AT_ONCE = False
    kept = dict(RECORDS)

    def kind(code):
        return Kind(
            code,
            code.title(),
            lambda: [document for document in list(kept.values()) if document.kind == code],
            lambda keys: [kept[code, key] for key in keys if (code, key) in kept],
        )

    monkeypatch.setattr(registry, "_kinds", {code: kind(code) for code in ("entry", "session")})
    monkeypatch.setattr(index, "_open", None)
    return kept
