"""The same search by the databases' own means: SQLite's FTS5 and PostgreSQL's full text, each as well as we know how.

One answer is the number of hits, the first twenty with their titles and texts by relevance, and the counts of all facets, each
without its own filter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.corpus import make

Filters = Mapping[str, str]
Entry = dict[str, Any]


def _terms(entry: Entry) -> list[str]:
    return [f"{name}:{value}" for name, values in entry["facets"].items() for value in values]


def _text(entry: Entry) -> str:
    return f"{entry['summary']} {entry['description']} {entry['organisation']}"


class Sqlite:
    """FTS5 with Porter stems, and a narrow table of facets; hits go to a temporary table, which is joined once."""

    name = "SQLite FTS5"

    def __init__(self, folder: Path) -> None:
        self.database = sqlite3.connect(folder / "fts.sqlite3")
        self.database.executescript("PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -500000; PRAGMA temp_store = memory")

        self.database.executescript(
            "CREATE TABLE entry (id INTEGER PRIMARY KEY, title TEXT, text TEXT);"
            "CREATE VIRTUAL TABLE words USING fts5(title, text, content='entry', content_rowid='id', tokenize='porter unicode61', detail='column');"
            "CREATE TABLE facet (entry INTEGER, term INTEGER, PRIMARY KEY (entry, term)) WITHOUT ROWID;"
            "CREATE TABLE term (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
        )
        self.known: dict[str, int] = {}

    def load(self, entries: list[Entry]) -> None:
        """Take some entries in."""
        rows = [(entry["number"], entry["title"], _text(entry)) for entry in entries]
        self.database.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
        self.database.executemany("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", rows)
        pairs = ((entry["number"], self.known.setdefault(term, len(self.known) + 1)) for entry in entries for term in _terms(entry))
        self.database.executemany("INSERT INTO facet VALUES (?, ?)", pairs)

    def finish(self) -> None:
        """Make what is made once all are in."""
        self.database.executemany("INSERT INTO term VALUES (?, ?)", [(number, term) for term, number in self.known.items()])
        self.database.execute("CREATE INDEX facet_term ON facet (term, entry)")
        self.database.execute("ANALYZE")
        self.database.commit()

    def answer(self, word: str, filters: Filters) -> int:
        run = self.database.execute
        run("DROP TABLE IF EXISTS temp.hit")
        run("CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, rank REAL)")
        if word:
            run("INSERT INTO hit SELECT rowid, bm25(words, 5.0, 1.0) FROM words WHERE words MATCH ?", (word,))
        else:
            run("INSERT INTO hit SELECT id, 0 FROM entry")
        conditions = {
            name: (f"id IN (SELECT entry FROM facet JOIN term ON term.id = facet.term WHERE name = '{name}:{value}')") for name, value in filters.items()
        }
        where = " AND ".join(conditions.values()) or "1"
        (total,) = run(f"SELECT count(*) FROM hit WHERE {where}").fetchone()
        run(f"SELECT entry.* FROM (SELECT id FROM hit WHERE {where} ORDER BY rank, id DESC LIMIT 20) JOIN entry USING (id)").fetchall()
        for own in ("", *filters):
            others = " AND ".join(condition for name, condition in conditions.items() if name != own) or "1"
            run(
                f"SELECT name, n FROM (SELECT term, count(*) AS n FROM hit CROSS JOIN facet ON facet.entry = hit.id WHERE {others} GROUP BY term) JOIN term ON term.id = term"
                + (f" WHERE name LIKE '{own}:%'" if own else "")
            ).fetchall()
        return int(total)

    def change(self, number: int) -> int:
        entry = make(number)
        self.database.execute("INSERT INTO words (words, rowid, title, text) VALUES ('delete', ?, ?, ?)", (number, entry["title"], _text(entry)))
        self.database.execute("UPDATE entry SET title = 'Visiblenow' WHERE id = ?", (number,))
        self.database.execute("INSERT INTO words (rowid, title, text) VALUES (?, 'Visiblenow', ?)", (number, _text(entry)))
        self.database.commit()
        return self.answer("visiblenow", {})

    def close(self) -> None:
        self.database.close()


class Postgres:
    """A stored, weighted tsvector with a GIN index, and the facets as an array; hits are found once in one statement."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        import psycopg

        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET work_mem = '256MB'")
        self.connection.execute("SET jit = off")

        self.connection.execute("DROP TABLE IF EXISTS entry")
        self.connection.execute(
            "CREATE TABLE entry (id int PRIMARY KEY, title text, body text, facets text[], words tsvector GENERATED ALWAYS AS"
            " (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED)"
        )

    def load(self, entries: list[Entry]) -> None:
        """Take some entries in."""
        with self.connection.cursor().copy("COPY entry (id, title, body, facets) FROM STDIN") as copy:
            for entry in entries:
                copy.write_row((entry["number"], entry["title"], _text(entry), _terms(entry)))

    def finish(self) -> None:
        """Make what is made once all are in."""
        self.connection.execute("CREATE INDEX ON entry USING gin (words)")
        self.connection.execute("CREATE INDEX ON entry USING gin (facets)")
        self.connection.execute("VACUUM ANALYZE entry")

    def answer(self, word: str, filters: Filters) -> int:
        found = "words @@ to_tsquery('english', %(word)s)" if word else "true"
        rank = "ts_rank(words, to_tsquery('english', %(word)s))" if word else "id"
        conditions = {name: f"facets @> ARRAY['{name}:{value}']" for name, value in filters.items()}
        all_of = " AND ".join([found, *conditions.values()])
        shared = (
            f"WITH hit AS MATERIALIZED (SELECT id, facets, {rank} AS rank FROM entry WHERE {all_of})"
            " SELECT 1, title, body, 0::bigint FROM entry WHERE id IN (SELECT id FROM hit ORDER BY rank DESC, id DESC LIMIT 20)"
            " UNION ALL SELECT 2, '', '', count(*) FROM hit"
            " UNION ALL SELECT 3, term, '', count(*) FROM hit, unnest(facets) AS term GROUP BY term"
        )
        rows = self.connection.execute(shared, {"word": word}).fetchall()
        for own in filters:
            others = " AND ".join([found, *(condition for name, condition in conditions.items() if name != own)])
            self.connection.execute(
                f"SELECT term, count(*) FROM entry, unnest(facets) AS term WHERE {others} AND starts_with(term, '{own}:') GROUP BY term", {"word": word}
            ).fetchall()
        return next(int(row[3]) for row in rows if row[0] == 2)

    def change(self, number: int) -> int:
        self.connection.execute("UPDATE entry SET title = 'Visiblenow' WHERE id = %s", (number,))
        return self.answer("visiblenow", {})

    def close(self) -> None:
        self.connection.close()
