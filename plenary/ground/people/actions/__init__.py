"""Every write of this room; one module for each idea, all verbs importable from here."""

from plenary.ground.people.actions.accounts import change_preferences, complete_sign_up, create_account, make_sign_in_link
from plenary.ground.people.actions.legal import agree, load_legal
from plenary.ground.people.actions.organisations import OrganisationIndex, add_alias, change_organisation, ensure_organisation, merge_organisations
from plenary.ground.people.actions.persons import PersonIndex, add_affiliation, change_person, ensure_person, merge_persons, remove_affiliation
from plenary.ground.people.actions.privacy import erase_person, export_person
from plenary.ground.people.actions.roles import grant_role, revoke_role
from plenary.ground.people.actions.tokens import make_token, note_token_use, revoke_token

__all__ = [
    "OrganisationIndex",
    "PersonIndex",
    "add_affiliation",
    "add_alias",
    "agree",
    "change_organisation",
    "change_person",
    "change_preferences",
    "complete_sign_up",
    "create_account",
    "ensure_organisation",
    "ensure_person",
    "erase_person",
    "export_person",
    "grant_role",
    "load_legal",
    "make_sign_in_link",
    "make_token",
    "merge_organisations",
    "merge_persons",
    "note_token_use",
    "remove_affiliation",
    "revoke_role",
    "revoke_token",
]
