"""A store as a newsroom has it after years: any number of claims on forty topics with their changes, and as many open statements.

The claims are those that seeded articles make, again and again with other addresses, times and numbers. Four of the forty topics are
the stories that the benchmark plays; the open statements share names and predicates with its articles.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Table, insert

from pipeline.model import Answer, Article, Change, Claim, StoredClaim
from pipeline.monitor import Step, make_judge, play
from pipeline.store.arrivals import _complete, to_review_row
from pipeline.store.changes import _to_row as change_row
from pipeline.store.changes import all_changes
from pipeline.store.claims import _to_row as claim_row
from pipeline.store.claims import all_claims
from pipeline.store.codec import to_json
from pipeline.store.database import Database, open_database
from pipeline.store.review_tables import reviews
from pipeline.store.tables import articles, changes, claims
from tests.bench.articles import MORNING, four_stories, make_articles
from tests.bench.retrieval import Stated, fill_statements

TOPICS, SAMPLE = 40, 80
# How many claims a stored article has, and how many come to one change.
_PER_ARTICLE, _PER_CHANGE = 20, 10
_PORTION = 5_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What some seeded articles led to, in the order in which it came; `stated` are the open statements with their keys."""

    claims: tuple[StoredClaim, ...]
    changes: tuple[Change, ...]
    stated: tuple[Stated, ...]


def take_sample() -> Sample:
    """Play some seeded articles into a database in memory."""
    database = open_database("sqlite://")
    made = make_articles(SAMPLE, seed=7)
    play([Step(at=article.seen_at, article=article) for article in made], make_judge(four_stories()), database)
    with database.reading() as connection:
        found = all_claims(connection), all_changes(connection)
        rows = connection.exec_driver_sql(
            "SELECT s.sentence, s.facts, group_concat(k.k, '\n') FROM statement s JOIN statement_key p ON p.statement_id = s.id JOIN key k ON k.id = p.key_id "
            "GROUP BY s.id ORDER BY s.id").all()
    database.close()
    return Sample(claims=found[0], changes=found[1], stated=tuple(Stated(row[0], row[1], tuple(row[2].split("\n"))) for row in rows))


def fill(database: Database, size: int, sample: Sample) -> None:
    """Store `size` claims with a tenth as many changes, and `size` open statements."""
    rows: dict[Table, list[dict[str, Any]]] = {claims: [], articles: [], changes: [], reviews: []}
    with database.writing() as connection:
        for number, stored in enumerate(_claims(size, sample.claims)):
            rows[claims].append(claim_row(stored))
            if number % _PER_ARTICLE == 0:
                rows[articles].append(_article_row(stored.claim))
            if number % _PER_CHANGE == 0:
                change = _change(sample.changes[number // _PER_CHANGE % len(sample.changes)], stored.claim, number)
                rows[changes].append({"sequence": number // _PER_CHANGE + 1, **change_row(change)})
                rows[reviews].append(_complete(to_review_row(change, number // _PER_CHANGE + 1)))
            if len(rows[claims]) == _PORTION or number + 1 == size:
                for table, waiting in rows.items():
                    if waiting:
                        connection.execute(insert(table), waiting)
                        waiting.clear()
    fill_statements(database, size, sample.stated)


def _claims(size: int, given: Sequence[StoredClaim]) -> Iterator[StoredClaim]:
    """The sample again and again, each time of another topic, at another time and with other numbers."""
    start = MORNING - dt.timedelta(minutes=size // _PER_ARTICLE)
    number = 0
    for turn in range(size // len(given) + 1):
        known: dict[str, str] = {}
        for stored in given:
            if number == size:
                return
            at = start + dt.timedelta(minutes=number // _PER_ARTICLE)
            claim = stored.claim
            fresh = replace(
                claim, url=f"https://example.org/stored/{turn}/{claim.url.rpartition('/')[2]}", seen_at=at, published=at, said_at=at,
                watch=claim.watch if turn % (TOPICS // 4) == 0 else f"{claim.watch}-{turn % (TOPICS // 4)}", answer=_moved(claim.answer, turn))
            known[claim.key] = fresh.key
            yield replace(stored, claim=fresh, prior=known.get(stored.prior or ""))
            number += 1


def _moved(answer: Answer, turn: int) -> Answer:
    if answer.type != "quantity" or answer.low is None or answer.high is None:
        return answer
    return replace(answer, low=answer.low + turn, high=answer.high + turn, value=f"{answer.low + turn:g}")


def _article_row(claim: Claim) -> dict[str, Any]:
    article = Article(
        url=claim.url, publisher=claim.voice.publisher, title="A title", published=claim.published, seen_at=claim.seen_at, text=claim.sentence)
    return {
        "url": f"{claim.url}/{claim.key[:8]}", "version": 1, "publisher": article.publisher, "title": article.title, "published": article.published,
        "seen_at": article.seen_at, "fingerprint": article.fingerprint, "data": to_json(article),
    }  # fmt: skip


def _change(change: Change, claim: Claim, number: int) -> Change:
    evidence = replace(change.evidence, url=f"{change.evidence.url}/{number}", published=claim.published, said_at=claim.said_at)
    return replace(change, watch=claim.watch, question=claim.question, detected_at=claim.seen_at, evidence=evidence)
