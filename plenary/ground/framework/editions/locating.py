"""On which line of a TOML text a value stands: the standard library's parser does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]+")
_PLAIN = re.compile(r"[^\s,\[\]{}#\"']+")


@dataclass(slots=True)
class Lines:
    """Line numbers by path: ``("calls", 1, "title", "en")`` is the English title of the second call."""

    numbers: dict[Path, int] = field(default_factory=dict)

    def of(self, path: Path) -> int:
        """The line of the value at a path, or of the nearest value around it; 0 where nothing is known."""
        while path:
            if path in self.numbers:
                return self.numbers[path]
            path = path[:-1]
        return 0


def locate(text: str) -> Lines:
    """Find the lines of all values of a text that is known to be TOML."""
    return _Scanner(text.replace("\r\n", "\n")).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines = Lines()
        self.counts: dict[Path, int] = {}  # of the tables of each array of tables so far

    def scan(self) -> Lines:
        prefix: Path = ()
        while self._next():
            if self.text[self.at] == "[":
                prefix = self._header()
            else:
                path = self._key(prefix)
                self._step()  # the equals sign
                self._value(path)
        return self.lines

    def _step(self, count: int = 1) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count

    def _next(self) -> bool:
        """Go to the next thing that is neither blank nor comment."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                end = self.text.find("\n", self.at)
                self._step((end if end >= 0 else len(self.text)) - self.at)
            elif char.isspace():
                self._step()
            else:
                return True
        return False

    def _blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        if match:
            self._step(len(match[0]))

    def _parts(self) -> list[str]:
        """The parts of a dotted key."""
        parts: list[str] = []
        while self.at < len(self.text):
            self._blank()
            match = _BARE.match(self.text, self.at) or _STRING.match(self.text, self.at)
            if match is None:
                break
            parts.append(match[0].strip("\"'") if match[0][0] in "\"'" else match[0])
            self._step(len(match[0]))
            self._blank()
            if self.text[self.at : self.at + 1] != ".":
                break
            self._step()
        return parts

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.at)
        line = self.line
        self._step(2 if is_array else 1)
        parts = self._parts()
        self._step(2 if is_array else 1)
        path: Path = ()
        for part in parts[:-1]:
            path = (*path, part)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        path = (*path, *parts[-1:])
        if is_array:
            self.lines.numbers.setdefault(path, line)
            self.counts[path] = self.counts.get(path, 0) + 1
            path = (*path, self.counts[path] - 1)
        elif path in self.counts:
            path = (*path, self.counts[path] - 1)
        self.lines.numbers.setdefault(path, line)
        return path

    def _key(self, prefix: Path) -> Path:
        line = self.line
        path = prefix
        parts = self._parts()
        for part in parts:
            path = (*path, part)
            self.lines.numbers.setdefault(path, line)
        if not parts:
            self._step()  # never in TOML; keeps the scan moving
        return path

    def _value(self, path: Path) -> None:
        """Pass over a value, noting the lines of what is inside arrays and inline tables."""
        inside: list[tuple[Path, bool]] = []  # (path, is an array)
        index: list[int] = []
        while self._next():
            char = self.text[self.at]
            here = (*inside[-1][0], index[-1]) if inside and inside[-1][1] else path
            if inside and inside[-1][1] and char not in ",]":
                self.lines.numbers.setdefault(here, self.line)
            if inside and not inside[-1][1] and char not in ",}":
                here = self._key(inside[-1][0])
                self._blank()
                self._step()  # the equals sign
                if not self._next():
                    return
                char = self.text[self.at]
            if char in "[{":
                inside.append((here, char == "["))
                index.append(0)
                self._step()
                continue
            if char in "]}":
                inside.pop()
                index.pop()
                self._step()
            elif char == ",":
                index[-1] += 1
                self._step()
                continue
            else:
                match = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
                self._step(len(match[0]) if match else 1)
                if match and re.fullmatch(r"\d{4}-\d{2}-\d{2}", match[0]):  # a date and a time may stand apart
                    rest = re.compile(r" \d{2}:\S+").match(self.text, self.at)
                    self._step(len(rest[0]) if rest else 0)
            if not inside:
                return
