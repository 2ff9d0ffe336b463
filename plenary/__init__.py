"""Plenary: the open platform that runs a multistakeholder process from end to end."""

__version__ = "0.1.0"
