"""Real files that others wrote: what fits is taken, the rest is refused by row."""

import json

import pytest

from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.models import Entry


@pytest.fixture
def concepts(db):
    load_concepts(actor=SYSTEM)


def test_a_list_of_public_goods_is_taken_over(samples, concepts):
    path = samples / "2-projects" / "dpga-projects.dev.jsonl"
    report = import_entries(actor=SYSTEM, path=path)
    assert Entry.objects.count() == sum(1 for _line in path.open(encoding="utf-8"))
    entry = Entry.objects.get(source_id="aarogya-setu")
    assert list(entry.concepts.values_list("code", flat=True)) == ["3"]
    assert entry.number.startswith("entry-")  # the number is not the convener's
    assert any(remark.column == "sectors" for remark in report.mended)
    import_entries(actor=SYSTEM, path=path)
    assert Entry.objects.count() == 154


def test_a_list_of_loans_is_refused_where_a_country_is_none(samples, concepts):
    with pytest.raises(Invalid) as caught:
        import_entries(actor=SYSTEM, path=samples / "2-projects" / "worldbank-ict.dev.jsonl")
    told = caught.value.problems
    assert told["row 3, country_iso3"][0].startswith("“Western and Central Africa” is not a country known here.")
    assert "row 47, status" in told
    assert len(told) < 12  # all others are understood
    assert not Entry.objects.exists()


def test_messy_files_are_refused_and_nothing_is_half_imported(samples, concepts):
    folder = samples / "5-messy"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(files) > 50
    for path in files:
        with pytest.raises(Invalid) as caught:
            import_entries(actor=SYSTEM, path=path)
        assert all(texts and all(text.endswith((".", "?")) for text in texts) for texts in caught.value.problems.values()), path
    assert not Entry.objects.exists()


def test_naughty_strings_as_titles_are_shown_or_refused(samples, concepts, client, tmp_path):
    strings = json.loads((samples / "5-messy" / "blns.json").read_text(encoding="utf-8"))
    path = tmp_path / "naughty.jsonl"

    def write(rows):
        path.write_text("".join(json.dumps({"title": strings[row], "org": strings[row]}) + "\n" for row in rows), encoding="utf-8")

    write(range(len(strings)))
    with pytest.raises(Invalid) as caught:
        import_entries(actor=SYSTEM, path=path)
    refused = {int(place.split(",")[0].removeprefix("row ")) - 1 for place in caught.value.problems}
    good = [row for row in range(len(strings)) if row not in refused]
    assert 300 < len(good) < len(strings)
    write(good)
    import_entries(actor=SYSTEM, path=path)
    taken = Entry.objects.count()
    for page in range(1, taken // 25 + 1, 3):
        body = client.get(f"/stocktaking/?page={page}").content.decode()
        assert "<script>alert" not in body
    for number in list(Entry.objects.values_list("number", flat=True))[::25]:
        assert client.get(f"/stocktaking/{number}/").status_code == 200
