"""Citations: what anybody writes becomes nothing but text in BibTeX, RIS and CSL-JSON."""

import json
import re
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import citing
from plenary.programmes.stocktaking.citing import Citation
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import whole
from plenary.programmes.stocktaking.tests.making import make_entry

SOURCE = {
    "number": "2021-7",
    "language": "en",
    "year": 2021,
    "changed": date(2021, 5, 17),
    "url": "https://example.org/stocktaking/2021-7/",
    "site": "WSIS",
    "seen": date(2026, 11, 24),
}
ODD = [
    "}",
    "{",
    "\\",
    "a\nb",
    "a\r\nER  - \r\nTY  - JOUR",
    "100 % & more_$#~^",
    "\x00\x1b[31m",
    "\u202eevil",
    "Télémédecine, 远程医疗, الصحة",
    '"quoted"',
    "@misc{x,",
    "a" * 5000,
]


def made(title="Telemedicine", authors=("Ministry of Health",), **more) -> Citation:
    return Citation(**{**SOURCE, "title": title, "authors": tuple(authors), **more})


def read_bibtex(text: str) -> list[dict[str, str]]:
    """As programs read it: entries and values end where their braces are even."""
    found, at = [], 0
    while (start := text.find("@", at)) >= 0:
        open_at = text.index("{", start)
        depth, at = 1, open_at + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        fields, inside = {}, text[open_at + 1 : at - 1]
        fields["key"], _comma, rest = inside.partition(",")
        while match := re.match(r"\s*,?\s*(\w+) = \{", rest):
            end, depth = match.end(), 1
            while depth:
                depth += {"{": 1, "}": -1}.get(rest[end], 0)
                end += 1
            fields[match[1]], rest = rest[match.end() : end - 1], rest[end:]
        assert not rest.strip(), rest
        found.append(fields)
    return found


def read_ris(text: str) -> list[list[tuple[str, str]]]:
    records = []
    for line in text.split("\r\n"):
        if not line:
            continue
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line)
        assert match, line
        if match[1] == "TY":
            records.append([])
        records[-1].append((match[1], match[2]))
    assert all(record[-1] == ("ER", "") for record in records)
    return records


@pytest.mark.parametrize("odd", ODD)
def test_odd_texts_stay_within_their_value(odd):
    cited = [made(odd, [odd, "Second"], abstract=odd, keywords=(odd,)), made()]
    first, second = read_bibtex("".join(citing.bibtex(cited)))
    assert second["title"] == "{Telemedicine}"
    assert first["year"] == "2021"
    assert [tag for tag, _value in read_ris("".join(citing.ris(cited)))[1]][:3] == ["TY", "AU", "TI"]
    assert len(read_ris("".join(citing.ris(cited)))) == 2
    assert json.loads("".join(citing.csl(cited)))[1]["title"] == "Telemedicine"


@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_gives_files_that_can_be_read(title, authors):
    cited = [made(title, authors), made()]
    assert len(read_bibtex("".join(citing.bibtex(cited)))) == 2
    assert len(read_ris("".join(citing.ris(cited)))) == 2
    assert len(json.loads("".join(citing.csl(cited)))) == 2


def test_signs_of_tex_are_written_out():
    (entry,) = read_bibtex("".join(citing.bibtex([made("50 % of {a}_b & c\\d $5 #1 ~ ^")])))
    written = r"{50 \% of \textbraceleft{}a\textbraceright{}\_b \& c\textbackslash{}d \$5 \#1 \textasciitilde{} \textasciicircum{}}"
    assert entry["title"] == written


def test_other_scripts_stay_as_they_are():
    text = "Télémédecine 远程医疗 الصحة"
    assert read_bibtex("".join(citing.bibtex([made(text)])))[0]["title"] == f"{{{text}}}"
    assert ("TI", text) in read_ris("".join(citing.ris([made(text)])))[0]
    assert json.loads("".join(citing.csl([made(text)])))[0]["title"] == text


def test_nothing_is_an_empty_list():
    assert json.loads("".join(citing.csl([]))) == []
    assert "".join(citing.bibtex([])) == "".join(citing.ris([])) == ""


def test_in_words_it_names_who_when_what_and_where():
    with override("en"):
        words = citing.in_words(made("Telemedicine.", ["A", "B", "C"]))
        assert (
            words == "A, B & C (2021). Telemedicine. WSIS, stocktaking entry 2021-7. Retrieved 24 November 2026, from https://example.org/stocktaking/2021-7/"
        )
        assert citing.in_words(made(authors=[], year=0)).startswith("Telemedicine. (n.d.). WSIS")
        assert "Telemedicine (version 3)" in citing.in_words(made(version=3))
        assert "%(" not in citing.in_words(made("100 %(x)s", ["%(url)s"])).replace("%(x)s", "").replace("%(url)s", "")


def test_an_entry_is_cited_by_those_who_carry_it(client, world):
    entry = make_entry(world, "Telemedicine", "sdgs 3", body="Ministry of Health", summary=Text.of("In short."))
    (cited,) = [citing.citation_of(each) for each in whole(Entry.objects.all())]
    assert (cited.authors, cited.year, cited.keywords, cited.abstract) == (("Ministry of Health",), 2021, ("Good health",), "In short.")
    assert cited.url.endswith(f"/stocktaking/{entry.number}/")
    page = client.get(f"/stocktaking/{entry.number}/").content.decode()
    assert "Ministry of Health (2021). Telemedicine." in page


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("bib", "application/x-bibtex"), ("ris", "application/x-research-info-systems"), ("csl.json", "application/vnd.citationstyles.csl+json")],
)
def test_the_files_are_at_their_addresses(client, world, ending, kind):
    entry = make_entry(world, "Telemedicine", body="Ministry of Health")
    response = client.get(f"/stocktaking/{entry.number}/cite.{ending}")
    assert response.status_code == 200
    assert response["Content-Type"].startswith(kind)
    assert f'filename="stocktaking-{entry.number}.' in response["Content-Disposition"]
    assert "Telemedicine" in response.content.decode()
    hidden = make_entry(world, "Hidden", state=Entry.State.DRAFT)
    assert client.get(f"/stocktaking/{hidden.number}/cite.{ending}").status_code == 404
    assert client.get(f"/stocktaking/{entry.number}/cite.{ending}?version=9").status_code == 404
    assert client.get(f"/stocktaking/{entry.number}/cite.{ending}?version=x").status_code == 400


def test_many_are_cited_without_a_query_for_each(world, django_assert_max_num_queries):
    for number in range(5):
        make_entry(world, f"Project {number}", "sdgs 3", body=f"Body {number}")
    with django_assert_max_num_queries(3):
        assert "".join(citing.bibtex(whole(Entry.objects.all()))).count("@misc") == 5
