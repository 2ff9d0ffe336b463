"""``plenary messages ...``"""

from __future__ import annotations

import click

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages import actions


@click.group("messages", help="Mail templates and the outbox.")
def messages() -> None:
    pass


@messages.command("load-templates")
def load_templates() -> None:
    """Load the mail templates that come with the platform."""
    click.echo(f"{actions.load_templates(actor=SYSTEM)} templates")


@messages.command("send")
def send() -> None:
    """Send what waits, now and here instead of in the worker."""
    click.echo(f"{actions.send_due()} mails left")


commands = [messages]
