"""Any result as a file: tables for people, lines for programs, citations for libraries. Contacts are in none of them.

Files are written piece by piece while they are sent, so that a hundred thousand entries need no more memory than a hundred;
a workbook alone must be whole before it can be sent, and is limited for that reason.
"""

from __future__ import annotations

from plenary.programmes.stocktaking.exporting.formats import FORMATS, MOST_IN_WORKBOOK, Format, file_name

__all__ = ["FORMATS", "MOST_IN_WORKBOOK", "Format", "file_name"]
