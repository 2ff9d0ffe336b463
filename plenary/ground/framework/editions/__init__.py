"""Editions as folders of data: sections that rooms register, and loading, checking and dumping them."""
