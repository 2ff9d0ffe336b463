"""What a harvester asks, checked: the verbs of OAI-PMH 2.0 with their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing

from plenary.programmes.stocktaking.harvesting.records import Place, Window
from plenary.programmes.stocktaking.harvesting.sets import SPEC

#: No argument that makes sense is longer, a resumption token neither.
LONGEST = 2000
_SALT = "plenary.harvesting.token"
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_SECOND = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd-\uffff]")


class Refusal(Exception):
    """An error of the protocol. code: one of its codes."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb with its arguments. exclusive: may stand only alone, in place of all others."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    exclusive: str = ""


_LIST = Verb(frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"}), "resumptionToken")
VERBS: Mapping[str, Verb] = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(optional=frozenset({"identifier"})),
    "ListSets": Verb(exclusive="resumptionToken"),
    "GetRecord": Verb(frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": _LIST,
    "ListRecords": _LIST,
}


@dataclass(frozen=True, slots=True)
class Query:
    """A request that is right as far as its arguments go."""

    verb: str
    given: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.given.get(name, "")


def read_query(arguments: Iterable[tuple[str, Sequence[str]]]) -> Query:
    """The query of a request's arguments. Raises: Refusal."""
    given = {name: list(values) for name, values in arguments}
    verbs = given.pop("verb", [])
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise Refusal("badVerb", "Give one verb: " + ", ".join(VERBS) + ".")
    verb = VERBS[verbs[0]]
    known = verb.required | verb.optional | ({verb.exclusive} if verb.exclusive else set())
    for name, values in given.items():
        if name not in known:
            raise Refusal("badArgument", f"{verbs[0]} has no argument {name[:40]!a}.")
        if len(values) != 1:
            raise Refusal("badArgument", f"The argument {name} is given more than once.")
        if not values[0] or len(values[0]) > LONGEST or _UNFIT.search(values[0]):
            raise Refusal("badArgument", f"The argument {name} has no value that makes sense: it is empty, too long, or holds signs that cannot be read.")
    if verb.exclusive and verb.exclusive in given:
        if len(given) > 1:
            raise Refusal("badArgument", f"{verb.exclusive} stands alone; leave all other arguments out.")
    elif missing := sorted(verb.required - given.keys()):
        raise Refusal("badArgument", f"{verbs[0]} needs the argument {missing[0]}.")
    return Query(verbs[0], {"verb": verbs[0], **{name: values[0] for name, values in given.items()}})


def window_of(query: Query) -> Window:
    """The datestamps and the set that are asked for. Raises: Refusal."""
    since, until = query["from"], query["until"]
    if since and until and len(since) != len(until):
        raise Refusal("badArgument", "Give from and until with the same precision: both as days, or both as seconds.")
    start, end = _instant("from", since), _instant("until", until)
    if start is not None and end is not None and end < start:
        raise Refusal("badArgument", "until is earlier than from.")
    if end is not None:
        step = timedelta(days=1) if _DAY.match(until) else timedelta(seconds=1)
        end = end + step if end < datetime.max.replace(tzinfo=UTC) - step else None
    if query["set"] and not SPEC.match(query["set"]):
        raise Refusal("badArgument", "This cannot be the specification of a set; ListSets names those that there are.")
    return Window(start, end, query["set"])


def _instant(name: str, value: str) -> datetime | None:
    if not value:
        return None
    if _DAY.match(value) or _SECOND.match(value):
        try:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            pass
    raise Refusal("badArgument", f"{name} is no instant in UTC; write it as 2026-11-24 or 2026-11-24T09:30:00Z.")


# ---- resumption tokens ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    """Where a list goes on. It holds all that the server must know, so that none is ever forgotten. done: records before it."""

    verb: str
    prefix: str
    window: Window
    after: Place
    done: int
    total: int

    def moved(self, after: Place, more: int) -> Token:
        """The token for the page after the next one."""
        return replace(self, after=after, done=self.done + more)

    def write(self) -> str:
        """The token as harvesters carry it, signed."""
        since, before = self.window.since, self.window.before
        value = [
            self.verb,
            self.prefix,
            since.isoformat() if since else "",
            before.isoformat() if before else "",
            self.window.of,
            self.after.at.isoformat(),
            self.after.key,
            self.done,
            self.total,
        ]
        return signing.dumps(value, salt=_SALT, compress=True)


def read_token(text: str, verb: str) -> Token:
    """The token of a request. Raises: Refusal where this list did not give it out."""
    try:
        value: list[Any] = signing.loads(text, salt=_SALT)
        found, prefix, since, before, of, at, key, done, total = value
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _bad_token() from error
    if found != verb:
        raise _bad_token()
    window = Window(_read(since), _read(before), of)
    return Token(verb, prefix, window, Place(datetime.fromisoformat(at), key), done, total)


def write_position(position: int) -> str:
    """The token of a list that is short and known as a whole."""
    return signing.dumps(position, salt=f"{_SALT}.position")


def read_position(text: str) -> int:
    """Where such a list goes on. Raises: Refusal."""
    try:
        return int(signing.loads(text, salt=f"{_SALT}.position"))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _bad_token() from error


def _bad_token() -> Refusal:
    return Refusal("badResumptionToken", "The token is not one that this list gave out. Begin the list again.")


def _read(instant: str) -> datetime | None:
    return datetime.fromisoformat(instant) if instant else None
