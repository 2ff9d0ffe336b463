"""Calls in the API: read by everybody; answered, and decided on, by programs that act for an account."""

from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.api import calls, deciding, submissions
from plenary.ground.people.tokens import Scope

routers = [("/calls", calls.router), ("/submissions", submissions.router), ("/submissions", deciding.router)]

scopes = [
    Scope("submissions:read", _("Read your drafts and submissions, and those that you read at the desk")),
    Scope("submissions:write", _("Write drafts, submit and withdraw in your name")),
    Scope("decisions:write", _("Decide on submissions and return them for changes"), for_staff=True),
]
