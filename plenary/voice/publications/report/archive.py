"""Zip files that are the same bytes whenever they hold the same: office files are zip files with clocks in them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def rewrite(data: bytes, at: datetime, change: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """The same archive with every date in it set to one instant; change may edit each file (name, content)."""
    stamp = at.astimezone(UTC)
    moment = (max(stamp.year, 1980), stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second // 2 * 2)
    words = stamp.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(result, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename.endswith(".xlsx"):
                content = rewrite(content, at)
            elif info.filename == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + words + rb"\g<3>", content)
            if change is not None:
                content = change(info.filename, content)
            entry = zipfile.ZipInfo(info.filename, moment)
            entry.compress_type = info.compress_type
            entry.external_attr = info.external_attr
            target.writestr(entry, content)
    return result.getvalue()
