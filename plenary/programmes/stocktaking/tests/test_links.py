"""Looking whether links still answer, against a server of this machine; and never beyond what is public."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from django.utils import timezone

from plenary.ground.audit.actors import SYSTEM
from plenary.programmes.stocktaking import commands, links
from plenary.programmes.stocktaking.actions.links import check_all, check_some, due_links, gather_links, note_outcomes, tell_of_dead_links
from plenary.programmes.stocktaking.checking import dead_links
from plenary.programmes.stocktaking.drafts import WebLink
from plenary.programmes.stocktaking.links import Outcome, Refused, check, is_public, public_addresses
from plenary.programmes.stocktaking.models import Entry, LinkState
from plenary.programmes.stocktaking.tests.making import World, make_entry
from plenary.programmes.stocktaking.tests.owning import mails, owned
from plenary.programmes.stocktaking.tests.submitting import contributor

NOW = timezone.now()


class Handler(BaseHTTPRequestHandler):
    """Answers as its path says: ``/status/404``, ``/to/<path>``, ``/only-get``, ``/large``."""

    asked: list[tuple[str, str, str]] = []
    cut = threading.Event()

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.path = unquote(self.path)
        Handler.asked.append((self.command, self.path, self.headers["Host"]))
        if self.path == "/only-get" and self.command == "HEAD":
            self.send_error(501)
        elif self.path.startswith("/status/"):
            self.send_response(int(self.path.rsplit("/", 1)[1]))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith(("/to/", "/circle")):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/").replace("|", "/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            if self.path == "/large" and self.command == "HEAD":
                self.send_error(500)
                return
            self.send_response(200)
            self.end_headers()
            if self.path == "/large":
                try:
                    for _piece in range(1000):
                        self.wfile.write(b"x" * 100_000)
                except OSError:
                    Handler.cut.set()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made.server_address[1]
    made.shutdown()
    made.server_close()


@pytest.fixture
def resolver(server):
    """Every name of ``example.org`` is the server of this machine; all other names go the way of production."""
    Handler.asked.clear()

    def resolve(host: str, port: int):
        return [("127.0.0.1", server)] if host.endswith("example.org") else public_addresses(host, port)

    return resolve


# ---- one address ----


@pytest.mark.parametrize(("path", "status", "alive"), [
    ("/", 200, True), ("/status/404", 404, False), ("/status/410", 410, False), ("/status/403", 403, True), ("/status/429", 429, True),
    ("/status/500", 500, False), ("/status/503", 503, False), ("/to/|status|204", 204, True), ("/to/|status|404", 404, False), ("/only-get", 200, True),
])  # fmt: skip
def test_an_address_answers(resolver, path, status, alive):
    outcome = check(f"http://www.example.org{path}", resolver)
    assert outcome.is_alive is alive
    if path != "/only-get":
        assert outcome.status == status


def test_head_comes_first_and_get_only_where_it_must(resolver):
    check("http://www.example.org/", resolver)
    assert [(method, host) for method, _path, host in Handler.asked] == [("HEAD", "www.example.org")]
    Handler.asked.clear()
    check("http://www.example.org/status/404", resolver)
    assert [method for method, _path, _host in Handler.asked] == ["HEAD", "GET"]


def test_a_circle_of_redirections_ends(resolver):
    outcome = check("http://www.example.org/circle", resolver)
    assert (outcome.is_alive, outcome.reason) == (False, "too many redirections")
    assert len(Handler.asked) == 2 * (links.HOPS + 1)


def test_of_a_large_answer_little_is_read(resolver):
    assert check("http://www.example.org/large", resolver).is_alive
    assert Handler.cut.wait(10)  # the server was still writing when the line was closed


def test_a_host_that_never_answers_costs_no_more_than_the_whole(resolver, monkeypatch):
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen()
    monkeypatch.setattr(links, "WHOLE", 0.4)
    try:
        outcome = check("http://slow.example.org/", lambda host, port: [("127.0.0.1", silent.getsockname()[1])])
    finally:
        silent.close()
    assert (outcome.status, outcome.is_alive) == (0, False)


def test_a_name_in_another_script_is_asked_for_in_its_ascii_form(resolver):
    assert check("http://bücher.example.org/straße?q=ä", resolver).is_alive
    assert Handler.asked[0][2] == "xn--bcher-kva.example.org"


# ---- never beyond what is public ----


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::",
    "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1", "nonsense", "fe80::1%eth0",
])  # fmt: skip
def test_addresses_of_inner_networks_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.134.0.1", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]/", "http://0x7f000001/", "http://2130706433/", "http://127.1/", "file:///etc/passwd",
    "ftp://www.example.org/", "gopher://www.example.org/", "http://user:secret@www.example.org/", "http://www.example.org:22/", "http://www.example.org:{port}/",
    "http:///nothing", "http://[", "//www.example.org/", "javascript:alert(1)", "http://www.example.org:99999/", "http://" + "a" * 300 + ".example/",
])  # fmt: skip
def test_addresses_that_lead_elsewhere_are_not_asked(resolver, server, url):
    outcome = check(url.replace("{port}", str(server)), resolver)
    assert not outcome.is_alive
    assert Handler.asked == []


def test_every_step_of_a_redirection_is_looked_at(resolver, server):
    for target in (f"http:||127.0.0.1:{server}|secret", "http:||169.254.169.254|latest", "http:||localhost|secret", "file:|||etc|passwd"):
        Handler.asked.clear()
        assert not check(f"http://www.example.org/to/{target}", resolver).is_alive
        assert [path.startswith("/to/") for _method, path, _host in Handler.asked] == [True]


def test_one_inner_address_among_several_is_enough_to_refuse(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(Refused):
        public_addresses("both.example", 80)


def test_the_connection_goes_to_the_address_that_was_looked_at(server):
    """A name that means something else a moment later gains nothing by it: it is resolved once for each step."""
    asked: list[str] = []

    def resolve(host: str, port: int):
        asked.append(host)
        return [("127.0.0.1", server)]

    assert check("http://changing.invalid/", resolve).is_alive
    assert asked == ["changing.invalid"]


# ---- what is kept ----


def test_three_failures_on_different_days_make_an_address_dead(world: World):
    make_entry(world, "Project", website="http://www.example.org/gone")
    gather_links()
    bad, good = Outcome("http://www.example.org/gone", 404), Outcome("http://www.example.org/gone", 200)
    for day, dead in ((0, False), (0, False), (1, False), (1, False), (2, True)):
        note_outcomes(actor=SYSTEM, outcomes=[bad], now=NOW + timedelta(days=day))
        assert LinkState.objects.get().is_dead is dead
    assert [(each.url, each.status) for each in dead_links(["http://www.example.org/gone"])] == [("http://www.example.org/gone", 404)]
    note_outcomes(actor=SYSTEM, outcomes=[good], now=NOW + timedelta(days=3))
    assert not LinkState.objects.get().is_dead
    assert dead_links(["http://www.example.org/gone"]) == []


def test_addresses_follow_what_public_entries_name(world: World):
    entry = make_entry(world, "Project", website="http://a.example.org/", web_links=(WebLink("http://b.example.org/"), WebLink("http://a.example.org/")))
    make_entry(world, "Hidden", state="draft", website="http://hidden.example.org/")
    assert gather_links() == 2
    assert set(LinkState.objects.values_list("url", flat=True)) == {"http://a.example.org/", "http://b.example.org/"}
    Entry.objects.filter(pk=entry.pk).update(website="")
    assert gather_links() == 2  # the second link names it still
    Entry.objects.filter(pk=entry.pk).update(web_links=[])
    assert gather_links() == 0
    assert not LinkState.objects.exists()


def test_each_host_is_asked_for_one_address_at_a_time(world: World, resolver):
    make_entry(world, "Project", web_links=tuple(WebLink(f"http://{host}.example.org/{number}") for host in ("a", "b") for number in range(3)))
    gather_links()
    assert check_some(resolver=resolver) == 2
    assert sorted(host for _method, _path, host in Handler.asked) == ["a.example.org", "b.example.org"]
    pauses: list[float] = []
    assert check_all(resolver=resolver, wait=pauses.append) == 4
    assert len(pauses) == 2
    assert not due_links().exists()
    assert due_links(NOW + timedelta(days=8)).count() == 6


def test_an_address_that_failed_is_looked_at_again_the_next_night(world: World):
    make_entry(world, "Project", website="http://www.example.org/x")
    gather_links()
    note_outcomes(actor=SYSTEM, outcomes=[Outcome("http://www.example.org/x", 0)], now=NOW)
    assert not due_links(NOW + timedelta(hours=2)).exists()
    assert due_links(NOW + timedelta(hours=24)).exists()


def test_owners_hear_once_of_all_their_dead_links_in_one_mail(world: World):
    owner = contributor("owner@example.org", "Owner 0001")
    for number in range(2):
        owned(make_entry(world, f"Project {number}", website=f"http://www.example.org/{number}", web_links=(WebLink("http://fine.example.org/"),)), owner)
    make_entry(world, "Nobody's", website="http://www.example.org/nobodys")
    gather_links()
    LinkState.objects.exclude(url="http://fine.example.org/").update(failures=3, status=404)
    assert tell_of_dead_links() == 1
    mail = mails("stocktaking-dead-links")[0]
    assert mail.to == owner.email
    assert ("http://www.example.org/0" in mail.body, "http://www.example.org/1" in mail.body, "fine" in mail.body) == (True, True, False)
    assert tell_of_dead_links() == 0
    LinkState.objects.filter(url="http://www.example.org/0").update(failures=0, told_at=None)
    LinkState.objects.filter(url="http://www.example.org/0").update(failures=3)  # it came back, and went again
    assert tell_of_dead_links() == 1


def test_the_command_looks_at_everything_and_says_what_it_found(world: World, resolver, monkeypatch):
    make_entry(world, "Project", website="http://www.example.org/status/404")
    monkeypatch.setattr(commands, "check_all", lambda **values: check_all(resolver=resolver, **{**values, "wait": lambda seconds: None}))
    done = CliRunner().invoke(commands.group, ["check-links"])
    assert done.exit_code == 0, done.output
    assert "Looked at 1 addresses" in done.output
    assert LinkState.objects.get().status == 404
