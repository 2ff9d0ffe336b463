"""The public addresses of the site, in one table: what is crawled, fuzzed, and looked at in a browser.

``{...}`` stands for something that the records at hand decide (see ``fill``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

#: Pages for everybody, without language prefix. The first part of the site map, and the contract with all links out there.
PAGES = [
    "/",
    "/about/",
    "/accessibility/",
    "/search/",
    "/search/?q=health",
    "/editions/",
    "/editions/2021/",
    "/editions/2020/",
    "/editions/2017/",
    "/editions/demo/",
    "/action-lines/",
    "/action-lines/C7-4/",
    "/sdgs/",
    "/sdgs/3/",
    "/regions/",
    "/regions/africa/",
    "/matrix/",
    "/measures/",
    "/measures/{measure}/",
    "/countries/",
    "/countries/KE/",
    "/calls/",
    "/calls/{call}/",
    "/stocktaking/",
    "/stocktaking/?action_line=C7-4&sort=title",
    "/stocktaking/?q=health&view=table",
    "/stocktaking/?view=map",
    "/stocktaking/?view=timeline",
    "/stocktaking/help/",
    "/stocktaking/{entry}/",
    "/stocktaking/{entry}/versions/",
    "/stocktaking/{entry}/print/",
    "/stocktaking/{entry}/card/",
    "/collections/",
    "/collections/covid-19/",
    "/organisations/",
    "/organisations/?letter=a",
    "/organisations/{organisation}/",
    "/themes/",
    "/themes/blockchain/",
    "/data/",
    "/prizes/",
    "/prizes/2020/",
    "/prizes/2021/photos/",
    "/prizes/2021/teams/",
    "/forum/",
    "/forum/2020/",
    "/forum/2020/sessions/208/",
    "/reports/progress/2021/",
    "/account/terms/",
    "/account/privacy/",
    "/accounts/login/",
    "/accounts/signup/",
    "/api/v1/",
]

LANGUAGES = ["", "/ar", "/zh", "/fr", "/ru", "/es"]

#: Addresses that ask for what there is not, and what they must answer.
NOT_THERE = [
    ("/nothing/", 404),
    ("/editions/1066/", 404),
    ("/editions/demo2/", 404),
    ("/action-lines/C99/", 404),
    ("/sdgs/18/", 404),
    ("/sdgs/0/", 404),
    ("/countries/XX/", 404),
    ("/countries/KENYA/", 404),
    ("/measures/no.such.measure/", 404),
    ("/calls/2021/no-such-call/", 404),
    ("/calls/1066/prizes/", 404),
    ("/stocktaking/no-such-entry/", 404),
    ("/stocktaking/99999999999999999999/", 404),
    ("/organisations/00000000-0000-0000-0000-000000000000/", 404),
    ("/collections/no-such-collection/", 404),
    ("/themes/no-such-theme/", 404),
    ("/prizes/1066/", 404),
    ("/prizes/1066/photos/", 404),
    ("/prizes/1066/teams/", 404),
    ("/forum/2020/proposals/", 404),
    ("/reports/contributions/2021/", 404),
    ("/forum/1066/", 404),
    ("/forum/2020/sessions/no-such-session/", 404),
    ("/forum/2020/tracks/no-such-track/", 404),
    ("/reports/progress/1066/", 404),
    ("/reports/no-such-report/2021/", 404),
    ("/api/v1/nothing", 404),
    ("/files/../../etc/passwd", 404),
    ("/static/../settings.py", 404),
    ("/stocktaking/?page=0", 400),
    ("/stocktaking/?page=-1", 400),
    ("/stocktaking/?page=99999", 400),
    ("/stocktaking/?page=one", 400),
    ("/stocktaking/?page=1e3", 400),
    ("/stocktaking/?colour=blue", 400),
    ("/stocktaking/?year=MMXX", 400),
    ("/stocktaking/?action_line=C99", 400),
    ("/stocktaking/?sdg=18", 400),
    ("/stocktaking/?sort=price", 400),
    ("/stocktaking/?view=globe", 400),
    ("/stocktaking/?format=docx", 400),
    ("/organisations/?letter=ab", 400),
    ("/organisations/?country=XX", 400),
    ("/prizes/2020/?level=emperor", 400),
    ("/prizes/2020/?page=1000", 400),
    ("/prizes/2021/photos/?page=2", 400),
    ("/prizes/2021/teams/?colour=blue", 400),
    ("/forum/2020/?track=no-such-track", 400),
    ("/forum/2020/?day=2020-13-45", 400),
    ("/search/?q=health&page=99999", 400),
]

#: Lists with filters, whose query part is fuzzed.
LISTS = ["/stocktaking/", "/organisations/", "/prizes/2020/", "/forum/2020/", "/search/", "/calls/", "/countries/", "/matrix/", "/measures/"]
FILTERS = [
    *("q", "action_line", "sdg", "target", "country", "region", "stakeholder_type", "year", "status", "theme", "level"),
    *("reach", "collection", "language", "since", "until", "view", "format", "letter"),
    *("category", "track", "kind", "day", "sort", "page", "edition", "size", "lang"),
]


#: Where the first record of a kind is found: the list that links to it, and what its link looks like.
FOUND_IN = {
    "{measure}": ("/measures/", r'href="/measures/([\w.-]+)/"'),
    "{call}": ("/calls/", r'href="/calls/(\w[\w-]*/[\w-]+)/"'),
    "{entry}": ("/stocktaking/", r'<h3><a href="/stocktaking/([\w.-]+)/"'),
    "{organisation}": ("/organisations/", r'href="/organisations/([0-9a-f-]{36})/"'),
}


def fill(path: str, read: Callable[[str], str]) -> str:
    """The address with what the records decide filled in. read: gives the page at an address."""
    for placeholder, (listing, pattern) in FOUND_IN.items():
        if placeholder in path:
            found = re.search(pattern, read(listing))
            assert found, f"{listing} links to no record"
            path = path.replace(placeholder, found[1])
    return path
