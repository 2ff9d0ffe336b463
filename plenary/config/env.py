"""The environment that Plenary reads, as one checked schema.

Every variable starts with ``PLENARY_``. A value that makes no sense stops the start with a sentence that says what
to do; nothing falls back silently.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class Environment(BaseSettings):
    """All that can be set from outside; the defaults run the demo on one machine."""

    model_config = SettingsConfigDict(env_prefix="PLENARY_", extra="ignore")

    data: Path = Field(default=ROOT / "data", description="Folder for database, uploads and search index.")
    database_url: str = Field(default="", description="postgres://... ; empty: SQLite in the data folder.")
    secret_key: str = Field(default="", description="At least 40 characters; the demo makes one of its own.")
    secret_key_file: Path | None = Field(default=None, description="A file that holds the secret key.")
    demo: bool = Field(default=True, description="Demo mode: generated people, mail to the console, printed sign-in link.")
    debug: bool = False
    base_url: str = Field(default="http://127.0.0.1:8000", description="Public address of the site, without slash at the end.")
    hosts: str = Field(default="", description="Comma-separated host names; empty: that of the base URL and localhost.")
    mail_url: str = Field(default="console://", description="console://, smtp://user:password@host:port, or smtps://...")
    mail_from: str = "Plenary <plenary@localhost>"
    zone: str = Field(default="Europe/Zurich", description="The convener's time zone.")
    staff_second_factor: bool | None = Field(default=None, description="Ask staff for a second factor; default: not in the demo.")
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    trusted_proxies: int = Field(default=0, ge=0, le=5, description="How many reverse proxies stand in front.")

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
        if not value.startswith(("console://", "smtp://", "smtps://", "memory://")):
            raise ValueError("must start with console://, smtp:// or smtps://")
        return value

    @model_validator(mode="after")
    def _secret(self) -> Environment:
        if self.secret_key_file is not None:
            self.secret_key = self.secret_key_file.read_text().strip()
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
    try:
        return Environment()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            print(f"Setting PLENARY_{name}: {problem['msg']}" if name else problem["msg"], file=sys.stderr)
        raise SystemExit(2) from None
