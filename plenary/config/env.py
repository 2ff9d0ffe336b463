"""The environment that Plenary reads, as one checked schema.

Every variable starts with ``PLENARY_``. A value that makes no sense stops the start with a sentence that says what
to do; nothing falls back silently.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "PLENARY_"
#: Read by the tests only: a folder of other people's files to try the software on.
OF_THE_TESTS = {"PLENARY_SAMPLES"}


class Environment(BaseSettings):
    """All that can be set from outside; the defaults run the demo on one machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    data: Path = Field(default=ROOT / "data", description="Folder for database, uploads and search index.")
    database_url: str = Field(default="", description="postgres://... ; empty: SQLite in the data folder.")
    secret_key: str = Field(default="", description="At least 40 characters; the demo makes one of its own.")
    secret_key_file: Path | None = Field(default=None, description="A file that holds the secret key.")
    demo: bool = Field(default=True, description="Demo mode: generated people, mail to the console, printed sign-in link.")
    debug: bool = Field(default=False, description="Django's debug pages; never where others can reach them.")
    base_url: str = Field(default="http://127.0.0.1:8000", description="Public address of the site, without slash at the end.")
    hosts: str = Field(default="", description="Comma-separated host names; empty: that of the base URL and localhost.")
    mail_url: str = Field(default="console://", description="console://, smtp://user:password@host:port, smtp+starttls://... or smtps://...")
    mail_from: str = Field(default="Plenary <plenary@localhost>", description="Sender of the site's mail.")
    zone: str = Field(default="Europe/Zurich", description="The convener's time zone.")
    staff_second_factor: bool | None = Field(default=None, description="Ask staff for a second factor; default: not in the demo.")
    log_format: Literal["console", "json"] = Field(default="console", description="console for people, json for collectors.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="The lowest level that is logged.")
    trusted_proxies: int = Field(default=0, ge=0, le=5, description="How many reverse proxies stand in front.")
    rate_limit: int = Field(default=120, ge=0, description="Searches, filtered lists and API calls a minute for an address; 0: no limit.")
    page_cache: int = Field(default=60, ge=0, le=3600, description="Seconds for which public pages are kept for anonymous readers; 0: not at all.")
    confirm_entries_after: int = Field(default=365, ge=30, le=3650, description="Days after which owners are asked whether their entries still stand.")
    data_licence: str = Field(default="", description="Address of the licence under which the open data may be used; empty: none is named.")

    @field_validator("data")
    @classmethod
    def _usable_folder(cls, value: Path) -> Path:
        try:
            value.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"the folder {value} cannot be made ({error.strerror}); name one that this user may write to") from error
        if not os.access(value, os.W_OK | os.X_OK):
            raise ValueError(f"this user may not write to the folder {value}; name another, or give it to this user")
        return value.resolve()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("postgres://", "postgresql://", "sqlite://")):
            raise ValueError("must start with postgres://, or be empty for SQLite in the data folder")
        return value

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a time zone; use a name such as Europe/Zurich") from error
        return value

    @field_validator("mail_url")
    @classmethod
    def _known_mail(cls, value: str) -> str:
        if not value.startswith(("console://", "smtp://", "smtp+starttls://", "smtps://", "memory://")):
            raise ValueError("must start with console://, smtp://, smtp+starttls:// or smtps://")
        return value

    @model_validator(mode="after")
    def _secret(self) -> Environment:
        if self.secret_key_file is not None:
            try:
                self.secret_key = self.secret_key_file.read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"PLENARY_SECRET_KEY_FILE: the file {self.secret_key_file} cannot be read") from error
        if not self.secret_key:
            if not self.demo:
                raise ValueError("PLENARY_SECRET_KEY is not set; outside the demo give one of at least 40 characters")
            self.secret_key = _own_secret(self.data)
        if len(self.secret_key) < 40:
            raise ValueError("PLENARY_SECRET_KEY is too short; give at least 40 characters")
        if self.staff_second_factor is None:
            self.staff_second_factor = not self.demo
        return self


def _own_secret(data: Path) -> str:
    """A secret made once and kept in the data folder, readable by its owner only."""
    path = data / "secret-key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


def read() -> Environment:
    """Read and check the environment; on a bad value print what is wrong and stop."""
    problems = [f"{name}: there is no such setting; docs/operations.md lists them" for name in _unknown_names()]
    try:
        environment = Environment()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            words = problem["msg"].removeprefix("Value error, ")
            problems.append(f"{PREFIX}{name}: {words}" if name else words)
    if problems:
        print("Plenary does not start, because of these settings:", *problems, sep="\n  ", file=sys.stderr)
        raise SystemExit(2)
    return environment


def _unknown_names() -> list[str]:
    known = {f"{PREFIX}{name.upper()}" for name in Environment.model_fields} | OF_THE_TESTS
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
