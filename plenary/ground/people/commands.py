"""``plenary people ...``"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import cast

import click
from django.db import transaction

from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people import actions
from plenary.ground.people.models import Person, RoleGrant, User


def _account(email: str) -> User:
    user = User.objects.filter(email__iexact=email.strip()).select_related("person").first()
    if user is None:
        raise Invalid({"email": [f"There is no account with the address {email}."]})
    return user


@click.group("people", help="Accounts, roles, terms and privacy notice.")
def people() -> None:
    pass


@people.command("sign-in-link")
@click.argument("email")
@click.option("--path", default="", help="Where the link leads, e.g. /desk/.")
def sign_in_link(email: str, path: str) -> None:
    """Print a link that signs an account in, once."""
    click.echo(actions.make_sign_in_link(actor=SYSTEM, user=_account(email), path=path))


@people.command("create-secretariat")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
def create_secretariat(email: str, name: str) -> None:
    """Make the first account of the secretariat, which may grant all roles."""
    with transaction.atomic():
        user = actions.create_account(actor=SYSTEM, email=email, name=name)
        for role in (RoleGrant.Role.ADMINISTRATOR, RoleGrant.Role.SECRETARIAT):
            actions.grant_role(actor=SYSTEM, person=cast(Person, user.person), role=role)
    click.echo(f"{email} can sign in now.")


@people.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice(RoleGrant.Role.values))
@click.option("--scope", default="site", show_default=True, help="site, edition:2021, call:2021/prizes, country:KE ...")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which the role holds.")
def grant(email: str, role: str, scope: str, until: datetime | None) -> None:
    """Give an account's person a role."""
    user = _account(email)
    end = datetime.combine(until.date(), time.max, UTC) if until else None
    person = user.person or actions.complete_sign_up(actor=user, name=email.split("@")[0])
    actions.grant_role(actor=SYSTEM, person=person, role=role, scope=scope, until=end)
    click.echo(f"{email} holds the role {role} ({scope}).")


@people.command("load-legal")
def load_legal() -> None:
    """Load the terms of use and the privacy notice that come with the platform."""
    for text in actions.load_legal(actor=SYSTEM):
        click.echo(f"{text.kind}: version {text.version}")


@people.command("demo")
@click.option("--count", default=200, show_default=True, type=click.IntRange(1, 900))
def demo(count: int) -> None:
    """Make the demo's people: generated names, addresses that lead nowhere."""
    from plenary.ground.people.demo import make_demo_people

    click.echo(f"{make_demo_people(count)} people made; {Person.objects.count()} in all.")


commands = [people]
