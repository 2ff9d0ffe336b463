"""Changing an entry by hand: its parts as they are compared and merged, the form, and differences in words."""
