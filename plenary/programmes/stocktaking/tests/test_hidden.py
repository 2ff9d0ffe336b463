"""What a person may not see is absent: two sites that differ only in hidden entries answer the same."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.ground.measures.registry import all_measures
from plenary.programmes.stocktaking.filters import Selection
from plenary.programmes.stocktaking.finding import listed
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.search import _documents, _some
from plenary.programmes.stocktaking.tests.making import make_entry

ABOUT = ["action-lines C1", "action-lines C7-4", "sdgs 3", "sdg-targets 3.8", "countries KE", "countries QA", "themes health"]
PAGES = [
    "",
    "?q=project",
    "?view=table",
    "?view=map",
    "?view=timeline",
    "?format=csv",
    "?format=jsonl",
    "?q=project&format=csl",
    "feed.atom",
    "?action_line=C7",
    "?sdg=3&sort=title",
    "?region=africa",
    "?until=2021",
    "?country=KE&theme=health",
]


def _shown(page):
    text = page.getvalue().decode() if page.streaming else page.content.decode()
    return text.split("<main")[-1]


def everything_public(client, world):
    """All that the public can ask this room."""
    stated = [
        [(facet.filter.name, choice.option.code, choice.number) for facet in listed(Selection(), q).facets for choice in facet.choices] for q in ("", "project")
    ]
    pages = [client.get(f"/stocktaking/{query}{'&' if '?' in query else '?'}utm_x={client.turn}") for query in PAGES]
    client.turn += 1
    measures = [
        (measure.code, member, measure.count(world.editions["2021"], member))
        for measure in all_measures()
        if measure.code.startswith("stocktaking.") and measure.count
        for member in ([code for code, _label in measure.members(world.editions["2021"])] if measure.members else [""])
    ]
    api = json.loads(client.get("/api/v1/entries").content)["items"]
    same = client.get("/stocktaking/2021-1/").content.decode().split("<main")[1]
    concept = [client.get(f"/{path}/").status_code for path in ("stocktaking/2021-1",)]
    return (
        stated,
        [_shown(page).replace(f"utm_x={client.turn - 1}", "") for page in pages],
        measures,
        api,
        [document.key for document in _documents()],
        same,
        concept,
    )


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hidden=st.lists(
        st.tuples(
            st.lists(st.sampled_from(ABOUT), max_size=4, unique=True),
            st.sampled_from([Entry.State.DRAFT, Entry.State.WITHDRAWN]),
            st.sampled_from(["One", "Secret body"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_hidden_entries_change_nothing(client, world, hidden):
    client.turn = getattr(client, "turn", 0)
    if not Entry.objects.exists():
        make_entry(world, "Project 1", "action-lines C7-4", "sdgs 3", "countries KE", body="One", kind="government")
        make_entry(world, "Project 2", "action-lines C1", "sdg-targets 3.8", "countries QA", "themes health", body="Two")
    before = everything_public(client, world)
    made = [make_entry(world, "Project hidden", *about, body=body, state=state, kind="government") for about, state, body in hidden]
    assert everything_public(client, world) == before
    for entry in made:
        assert client.get(f"/stocktaking/{entry.number}/").status_code == 404
        assert client.get(f"/api/v1/entries/{entry.number}").status_code == 404
        assert list(_some([entry.number])) == []
    text = json.dumps(client.get("/stocktaking/?q=hidden").content.decode())
    assert "Project hidden" not in text


@pytest.mark.parametrize("state", [Entry.State.DRAFT, Entry.State.WITHDRAWN])
def test_an_organisation_of_hidden_entries_only_is_no_filter_that_finds(client, world, state):
    entry = make_entry(world, "Hidden", body="Secret body", state=state)
    key = entry.organisations.get().pk
    assert "Hidden" not in client.get(f"/stocktaking/?organisation={key}").content.decode()
