"""Importing entries from files: read (``reading``), checked by column (``columns``), planned and written (``entries``)."""
