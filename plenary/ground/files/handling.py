"""How many files of one request are kept: each holds a file open, however many a form was sent with."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

#: Files of one request that are kept.
MOST_KEPT = 100


class Passed(UploadedFile):
    """A file that was one too many: its name came, its content was let go."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(BytesIO(b""), name, kind, 0)


class Counted(FileUploadHandler):
    """Stands first, counts the files of a request, and lets the content of all beyond the first hundred go by.

    Django refuses the whole request instead, and with it all that was written in the form around the files.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.count = 0

    @property
    def _passes(self) -> bool:
        return self.count > MOST_KEPT

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.count += 1
        if self._passes:
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None if self._passes else raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return Passed(self.file_name or "", self.content_type or "") if self._passes else None
