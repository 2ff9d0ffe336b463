"""What is new among the entries that somebody asks for, as an Atom feed."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from plenary.ground.search.queries import find
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import read_query
from plenary.programmes.stocktaking.finding import Row, rows_of, searched
from plenary.programmes.stocktaking.listing import Wanted

#: Entries in a feed. Readers look every few hours; who was away longer uses the list.
MOST = 50
_MEDIA_TYPE = "application/atom+xml; charset=utf-8"


@public_page
def feed(request: HttpRequest) -> HttpResponse:
    """The newest entries first, by when they became public; of any search that the list takes."""
    query = read_query(request, Wanted)
    selection = query.selection()
    found = find(searched(selection, query.q, sort="published", size=MOST))
    if not found.available:
        return HttpResponse(
            _("The search is being prepared and will answer in a few minutes."),
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": "60"},
        )
    rows = rows_of(found, marked=False)
    language = (get_language() or "en").split("-")[0]
    asked = query.address()
    made = Atom1Feed(
        title=_title(query),
        link=f"{settings.BASE_URL}{reverse('stocktaking:list')}{'?' if asked else ''}{asked}",
        description=None,
        subtitle=_("Newly public projects of the repository."),
        language=language,
        feed_url=f"{settings.BASE_URL}{reverse('stocktaking:feed')}{'?' if asked else ''}{asked}",
        author_name=str(settings.SITE_NAME),
    )
    for row in rows:
        _add(made, row)
    body = made.writeString("utf-8").encode()
    etag = quote_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
    latest = max((row.entry.updated_at for row in rows), default=None)
    changed = int(latest.timestamp()) if latest else None
    response = HttpResponse(body, content_type=_MEDIA_TYPE, headers={"ETag": etag})
    if changed is not None:
        response["Last-Modified"] = http_date(changed)
    # By the tag alone: an entry that was withdrawn changes the feed, and its latest change stays.
    known = get_conditional_response(request, etag=etag, response=response)
    return known if isinstance(known, HttpResponse) else response


def _title(query: Wanted) -> str:
    site = str(settings.SITE_NAME)
    if query.q:
        return _("Stocktaking: %(words)s (%(site)s)") % {"words": query.q[:100], "site": site}
    return _("Stocktaking, a selection (%(site)s)") % {"site": site} if query.address() else _("Stocktaking (%(site)s)") % {"site": site}


def _add(made: Atom1Feed, row: Row) -> None:
    entry = row.entry
    public = entry.published_at or entry.created_at
    with override("en"):  # the same entry in every language
        permanent = f"{settings.BASE_URL}{reverse('stocktaking:entry', args=[entry.number])}"
    bodies = [str(link.organisation.name) for link in entry.organisation_links.all()]
    made.add_item(
        title=_plain(str(entry.title)),
        link=f"{settings.BASE_URL}{reverse('stocktaking:entry', args=[entry.number])}",
        description=_plain(str(entry.summary or entry.description)[:2000]),
        unique_id=permanent,
        unique_id_is_permalink=True,
        pubdate=public,
        updateddate=max(public, entry.updated_at),
        author_name=_plain(", ".join(bodies)) or None,
        categories=[_plain(str(link.concept.label)) for link in entry.links.all()],
    )


def _plain(text: str) -> str:
    """Text without the signs that XML cannot carry."""
    return "".join(sign for sign in text if sign in "\t\n" or (ord(sign) >= 32 and not 0xD800 <= ord(sign) < 0xE000 and ord(sign) not in (0xFFFE, 0xFFFF)))
