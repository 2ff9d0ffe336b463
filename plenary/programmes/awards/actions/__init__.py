"""Every write of this room; one module for each idea, all verbs importable from here."""

from plenary.programmes.awards.actions.results import (
    CONTEST_KIND,
    KIND,
    AwardDraft,
    give_award,
    give_awards,
    remove_award,
    remove_contest,
    save_contest,
)
from plenary.programmes.awards.actions.showcase import (
    PHOTO_KIND,
    TEAM_KIND,
    PhotoValues,
    TeamValues,
    add_photo,
    add_team,
    change_photo,
    change_team,
    show,
    withdraw,
)

__all__ = [
    "CONTEST_KIND",
    "KIND",
    "PHOTO_KIND",
    "TEAM_KIND",
    "AwardDraft",
    "PhotoValues",
    "TeamValues",
    "add_photo",
    "add_team",
    "change_photo",
    "change_team",
    "give_award",
    "give_awards",
    "remove_award",
    "remove_contest",
    "save_contest",
    "show",
    "withdraw",
]
