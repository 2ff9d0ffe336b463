"""Template tags that write dates."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from plenary.ground.web.templatetags.web import days

JUNE, SEPTEMBER, NEXT_YEAR = date(2020, 6, 22), date(2020, 9, 10), date(2021, 1, 23)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["22 June 2020", "22–23 June 2020", "22 June – 10 September 2020", "22 June 2020 – 23 January 2021"]),
        ("ar", ["22 يونيو 2020", "22–23 يونيو 2020", "22 يونيو – 10 سبتمبر 2020", "22 يونيو 2020 – 23 يناير 2021"]),
        ("zh-hans", ["2020年6月22日", "2020年6月22日至23日", "2020年6月22日至9月10日", "2020年6月22日至2021年1月23日"]),
        ("fr", ["22 juin 2020", "22–23 juin 2020", "22 juin – 10 septembre 2020", "22 juin 2020 – 23 janvier 2021"]),
        ("ru", ["22 июня 2020 г.", "22–23 июня 2020 г.", "22 июня – 10 сентября 2020 г.", "22 июня 2020 г. – 23 января 2021 г."]),
        ("es", ["22 de junio de 2020", "22–23 de junio de 2020", "22 de junio – 10 de septiembre de 2020", "22 de junio de 2020 – 23 de enero de 2021"]),
    ],
)
def test_spans_write_months_in_full_as_single_days_do(language, expected):
    with translation.override(language):
        ends = (None, date(2020, 6, 23), SEPTEMBER, NEXT_YEAR)
        assert [" ".join(days(JUNE, end).split()) for end in ends] == expected


def test_a_span_given_backwards_reads_forwards():
    assert days(SEPTEMBER, JUNE) == days(JUNE, SEPTEMBER)
