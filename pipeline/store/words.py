"""Full text over claims and changes behind one function: FTS5 on SQLite, tsvector on PostgreSQL.

SQLite keeps an index table beside each table (`claim_words`, `change_words`), kept up by triggers, so that no writer can forget it.
PostgreSQL has an index over the expression that the query names. Both fold case and plural by an English stemmer.
"""

import re

from sqlalchemy import ColumnElement, Connection, Select, column, func, literal_column, select, table, text

from pipeline.store.tables import changes, claims

# The triggers and index tables that SQLite has beside what the metadata declares.
INDEX_TABLES = ("claim_words", "change_words")
# PostgreSQL refuses vectors of more than a megabyte; no sentence is that long, but a page may hold one.
_MOST = 20_000
_CLAIM = f"to_tsvector('english', left(sentence, {_MOST}) || ' ' || left(speaker, 200))"
_CHANGE = f"to_tsvector('english', left(evidence_sentence, {_MOST}) || ' ' || left(coalesce(prior_sentence, ''), {_MOST}))"

_SQLITE = (
    "CREATE VIRTUAL TABLE claim_words USING fts5(sentence, speaker, content='claim', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE change_words USING fts5(evidence_sentence, prior_sentence, content='change', content_rowid='sequence', tokenize='porter unicode61 remove_diacritics 2')",
    "CREATE TRIGGER claim_words_add AFTER INSERT ON claim BEGIN INSERT INTO claim_words(rowid, sentence, speaker) VALUES (new.id, new.sentence, new.speaker); END",
    "CREATE TRIGGER claim_words_drop AFTER DELETE ON claim BEGIN INSERT INTO claim_words(claim_words, rowid, sentence, speaker) VALUES ('delete', old.id, old.sentence, old.speaker); END",
    "CREATE TRIGGER change_words_add AFTER INSERT ON change BEGIN INSERT INTO change_words(rowid, evidence_sentence, prior_sentence) VALUES (new.sequence, new.evidence_sentence, new.prior_sentence); END",
    "CREATE TRIGGER change_words_drop AFTER DELETE ON change BEGIN INSERT INTO change_words(change_words, rowid, evidence_sentence, prior_sentence) VALUES ('delete', old.sequence, old.evidence_sentence, old.prior_sentence); END",
)
_POSTGRESQL = (
    f"CREATE INDEX ix_claim_words ON claim USING gin ({_CLAIM})",
    f"CREATE INDEX ix_change_words ON change USING gin ({_CHANGE})",
)


def make_index(connection: Connection) -> None:
    """Make the indexes, with what is stored already in them."""
    sqlite = connection.dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        connection.execute(text(statement.replace(":", r"\:")))
    if sqlite:
        for name in INDEX_TABLES:
            connection.execute(text(f"INSERT INTO {name}({name}) VALUES ('rebuild')"))  # noqa: S608 - our own names


def drop_index(connection: Connection) -> None:
    """Take the indexes away."""
    if connection.dialect.name == "sqlite":
        for name in INDEX_TABLES:
            for what in (f"TRIGGER {name}_add", f"TRIGGER {name}_drop", f"TABLE {name}"):
                connection.execute(text(f"DROP {what}"))
        return
    for name in INDEX_TABLES:
        connection.execute(text(f"DROP INDEX ix_{name}"))


def matching_claims(connection: Connection, words: str) -> Select[tuple[int]]:
    """A query for the ids of the claims that hold all of `words`; "a phrase" is in quotes, -word must not be there, wor* begins so."""
    if connection.dialect.name == "sqlite":
        return _matching("claim_words", words)
    return select(claims.c.id).where(_vector_matches(_CLAIM, words))


def matching_changes(connection: Connection, words: str) -> Select[tuple[int]]:
    """A query for the sequence numbers of the changes either of whose sentences hold all of `words`."""
    if connection.dialect.name == "sqlite":
        return _matching("change_words", words)
    return select(changes.c.sequence).where(_vector_matches(_CHANGE, words))


def _matching(name: str, words: str) -> Select[tuple[int]]:
    index = table(name, column("rowid"))
    return select(index.c.rowid).where(literal_column(name).op("MATCH")(fts_query(words)))


def _vector_matches(vector: str, words: str) -> ColumnElement[bool]:
    parts = [_ts_part(negated, term, prefix) for negated, term, prefix in _terms(words)]
    asked = func.to_tsquery(literal_column("'english'"), " & ".join(parts)) if parts else func.to_tsquery(literal_column("'english'"), "")
    return literal_column(vector).op("@@")(asked)


def fts_query(words: str) -> str:
    """What people type as a query of FTS5, which is a language of its own: every word is quoted, so that none is an operator."""
    wanted = [f'"{" ".join(term)}"{"*" if prefix else ""}' for negated, term, prefix in _terms(words) if not negated]
    unwanted = [f'"{" ".join(term)}"' for negated, term, _ in _terms(words) if negated]
    if not wanted:
        return '""'
    return " AND ".join(wanted) + "".join(f" NOT {term}" for term in unwanted)


def _ts_part(negated: bool, term: tuple[str, ...], prefix: bool) -> str:
    phrase = " <-> ".join(f"'{word}'" for word in term)
    return f"{'!' if negated else ''}({phrase}{':*' if prefix else ''})"


def _terms(words: str) -> list[tuple[bool, tuple[str, ...], bool]]:
    """(must not be there, the words of the phrase, begins so)."""
    found = []
    for match in re.finditer(r'(?<!\S)(-?)(?:"([^"]*)"|(\S+))', words[:400]):
        term = tuple(re.findall(r"\w+", match[2] or match[3] or ""))
        if term:
            found.append((bool(match[1]), term, bool(match[3]) and match[3].endswith("*")))
    return found[:20]
