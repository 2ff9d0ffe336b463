"""Events that become mails; and the words for this room's verbs."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.events import listen
from plenary.ground.audit.words import add_verbs
from plenary.ground.messages import actions
from plenary.ground.people.events import RoleGranted
from plenary.ground.people.models import RoleGrant, User

add_verbs({"held": _("Held back"), "released": _("Let go"), "edited": _("Corrected"), "discarded": _("Thrown away")})


@listen(RoleGranted)
def tell_of_role(event: RoleGranted) -> None:
    """Tell a person with an account that they hold a role now, unless they or a command gave it to them."""
    grant = RoleGrant.objects.select_related("person").filter(pk=event.grant_id).first()
    user = User.objects.filter(person=grant.person).first() if grant else None
    if grant is None or user is None or event.actor_id in (user.trail_id, SYSTEM.trail_id):
        return
    language = user.language or settings.LANGUAGE_CODE
    with override(language):
        values = {
            "name": grant.person.name,
            "site": settings.SITE_NAME,
            "role": grant.get_role_display(),
            "scope": gettext("the whole site") if grant.scope == "site" else grant.scope,
            "link": f"{settings.BASE_URL}{reverse('people:account')}",
        }
        actions.queue(actor=SYSTEM, template="role-granted", to=user.email, language=language, values=values, about=("people.person", str(grant.person_id)))
