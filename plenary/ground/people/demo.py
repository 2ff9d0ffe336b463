"""People of the demo: plainly generated, with addresses under ``.invalid`` that lead nowhere."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from plenary.errors import Conflict
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people import actions
from plenary.ground.people.models import Person, RoleGrant, User
from plenary.ground.people.queries import offered

DOMAIN = "demo.invalid"
#: Accounts of the demo by address: name, roles. ``secretariat@demo.invalid`` is the one whose link is printed.
STAFF = {
    "secretariat": ("Secretariat of the demo", ("administrator", "secretariat")),
    "editor": ("Editor of the demo", ("editor",)),
    "reader": ("Reader of the demo", ("reader",)),
    "reviewer": ("Reviewer of the demo", ("reviewer",)),
    "juror": ("Juror of the demo", ("juror",)),
    "focal-point": ("Focal point of the demo", ("focal-point",)),
    "participant": ("Participant of the demo", ()),
}


@transaction.atomic
def make_demo_people(count: int = 200) -> int:
    """Make those who are missing of the demo's staff and of ``Participant 0001`` and so on; how many were made.

    Countries and stakeholder types go round, so that lists and charts of the demo have something to show.
    """
    if not settings.DEMO:
        raise Conflict(_("Demo people are made in demo mode only."))
    made = 0
    known = set(User.objects.filter(email__endswith=f"@{DOMAIN}").values_list("email", flat=True))
    for local, (name, roles) in STAFF.items():
        email = f"{local}@{DOMAIN}"
        if email in known:
            continue
        user = actions.create_account(actor=SYSTEM, email=email, name=name)
        for role in roles:
            actions.grant_role(actor=SYSTEM, person=cast(Person, user.person), role=RoleGrant.Role(role))
        actions.agree(actor=user)
        made += 1
    countries, types = list(offered("countries")), list(offered("stakeholder-types"))
    index = actions.PersonIndex(actor=SYSTEM)
    before = Person.objects.count()
    for number in range(1, count + 1):
        # 37 has no common divisor with the number of countries in use, so all of them come up
        country = countries[number * 37 % len(countries)] if countries else None
        kind = types[number % len(types)] if types else None
        index.ensure(f"Participant {number:04}", country, stakeholder_type=kind, languages=[("en", "ar", "zh", "fr", "ru", "es")[number % 6]])
    index.save()
    return made + Person.objects.count() - before


def make_demo() -> None:
    """What the start of a demo adds."""
    make_demo_people()
