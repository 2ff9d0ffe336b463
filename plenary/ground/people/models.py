"""Persons and accounts, organisations, roles granted for a time, and what each agreed to."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import TextField
from plenary.ground.people.names import fold
from plenary.ground.people.scopes import containing


def new_trail_id() -> str:
    """An opaque id for the trail, as text from the first moment."""
    return str(uuid.uuid4())


class Person(models.Model):
    """A human being known to the process, with or without an account."""

    class Gender(models.TextChoices):
        WOMAN = "woman", _("Woman")
        MAN = "man", _("Man")
        OTHER = "other", _("Another")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    folded = models.CharField(max_length=300, blank=True, db_index=True, editable=False)  # of the name, for comparing
    honorific = models.CharField(_("form of address"), max_length=40, blank=True)
    country = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stakeholder_type = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    languages = models.JSONField(default=list, blank=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    biography = TextField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return gettext("Erased person") if self.erased_at else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(self.name)
        if kwargs.get("update_fields") and "name" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        super().save(*args, **kwargs)


class Accounts(BaseUserManager["User"]):
    """Makes accounts, whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password) if password else user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account that signs in; it may claim a person."""

    email = models.EmailField(_("e-mail address"), unique=True)
    person = models.OneToOneField(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="user")
    trail_id = models.CharField(max_length=64, unique=True, default=new_trail_id, editable=False)
    language = models.CharField(max_length=10, blank=True)
    zone = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)  # Django's admin, for raw repair; the desk asks for roles instead
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email")]

    def __str__(self) -> str:
        return self.person.name if self.person else self.email

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        """Whether the account's person holds one of the roles now, in the scope or in one that contains it."""
        if not self.is_active:
            return False
        if self.is_superuser:
            return True
        held = self.roles_held()
        return any((role, place) in held for role in roles for place in containing(scope))

    def holds_anywhere(self, *roles: str) -> bool:
        """Whether one of the roles is held now in any scope at all."""
        return self.is_active and (self.is_superuser or any(role in roles for role, _scope in self.roles_held()))

    def roles_held(self) -> frozenset[tuple[str, str]]:
        """The roles held now as (role, scope), asked once per request."""
        from plenary.ground.people.queries import current_roles  # queries need the models

        if not hasattr(self, "_roles"):
            self._roles = current_roles(self)
        return self._roles


class Organisation(models.Model):
    """A body that takes part: ministry, company, association, university, agency."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = TextField()
    country = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stakeholder_type = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    website = models.URLField(blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.name)

    @property
    def current(self) -> Organisation:
        """The organisation into which this one was merged, or itself."""
        return self.merged_into.current if self.merged_into else self


class OrganisationAlias(models.Model):
    """A name by which an organisation is found; each organisation has at least that of its own name."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300, db_index=True)  # of the name, for comparing without case and accents

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "folded"], name="alias_once")]


class Affiliation(models.Model):
    """That a person worked for an organisation, in a post, from and until a day."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="affiliations")
    post = TextField()
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)


class RoleGrant(models.Model):
    """A role given to a person in a scope (``site``, ``edition:2021``, ``call:2021/prizes``) for a time."""

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", _("Administrator")
        SECRETARIAT = "secretariat", _("Secretariat")
        EDITOR = "editor", _("Editor")
        REVIEWER = "reviewer", _("Reviewer")
        JUROR = "juror", _("Juror")
        FOCAL_POINT = "focal-point", _("National focal point")
        TRACK_COORDINATOR = "track-coordinator", _("Track coordinator")
        READER = "reader", _("Reader of the desk")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30, choices=Role)
    scope = models.CharField(max_length=120, default="site")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["person", "role"], name="grant_person")]
        constraints = [models.CheckConstraint(condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")), name="grant_dates")]


class LegalText(models.Model):
    """A version of the terms of use or of the privacy notice."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms of use")
        PRIVACY = "privacy", _("Privacy notice")

    kind = models.CharField(max_length=10, choices=Kind)
    version = models.CharField(max_length=20)
    text = TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="legal_version")]
        ordering = ["-published_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Agreement(models.Model):
    """What an account agreed to, and when."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="agreements")
    text = models.ForeignKey(LegalText, on_delete=models.PROTECT, related_name="agreements")
    agreed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="agreement_once")]


class ApiToken(models.Model):
    """A secret by which a program acts for an account, within some scopes and until an instant. Only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)  # what it is for, in its owner's words
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    second_factor = models.BooleanField(default=False)  # made in a session that proved one
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the hour: not every request is worth a write
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("created_at")), name="token_dates")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Whether it was neither revoked nor has run out."""
        return self.revoked_at is None and timezone.now() < self.expires_at
