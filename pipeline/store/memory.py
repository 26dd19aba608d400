"""What a run remembers of the store, so that each article does not read its questions' claims again.

It gives exactly what the database would: before each step it reads what has arrived since (by row number), and when stored
claims were altered, by whomever, it forgets everything (`claims_revision`). Writers take turns, so row numbers only rise.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from pipeline.model import ChangeKind, QuestionState, StoredClaim
from pipeline.store.claims import NEWEST, arrived_claims, claims_revision, newest_claim, numbered_claims_of_article, recent_claims
from pipeline.store.states import latest_state

# How many claims are kept at most, over all questions; a claim takes some 3 kB.
MOST = 40_000
# If more claims than this have arrived since, it is quicker to forget.
_CATCH_UP = 2_000

Place = tuple[str, str]
Recall = tuple[Callable[[str, str], Sequence[StoredClaim]], Callable[[str, str], QuestionState | None]]


class Memory:
    """The claims of the questions asked for last. Belongs to one open database and one thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[Place, dict[int, StoredClaim]] = OrderedDict()
        self._revision, self._last = -1, 0

    def recall(self, connection: Connection, url: str | None = None) -> Recall:
        """What is stored, as the two questions that deciding asks: the claims and the last state of a (watch, question).

        Args:
            connection: An open transaction; the answer holds as long as nothing is written in it.
            url: An article that was edited: all its claims are among those given, however old they are.
        """
        self._catch_up(connection)
        own = numbered_claims_of_article(connection, url) if url is not None else {}

        def history(watch: str, question: str) -> Sequence[StoredClaim]:
            recent = self._recent(connection, watch, question)
            mine = {number: stored for number, stored in own.items() if (stored.claim.watch, stored.claim.question) == (watch, question)}
            if mine.keys() <= recent.keys():
                return tuple(recent.values())
            return tuple(stored for _, stored in sorted((mine | recent).items()))

        return history, lambda watch, question: latest_state(connection, watch, question)

    def _catch_up(self, connection: Connection) -> None:
        revision = claims_revision(connection)
        if revision != self._revision:
            self._known.clear()
        elif self._known:
            arrived = arrived_claims(connection, self._last, _CATCH_UP + 1)
            if len(arrived) > _CATCH_UP:
                self._known.clear()
            else:
                self._add(arrived)
        self._revision = revision
        self._last = newest_claim(connection)

    def _add(self, arrived: dict[int, StoredClaim]) -> None:
        grown = set()
        for number, stored in arrived.items():
            place = stored.claim.watch, stored.claim.question
            if place in self._known:
                self._known[place][number] = stored
                grown.add(place)
        for place in grown:
            self._known[place] = _recent_of(self._known[place])

    def _recent(self, connection: Connection, watch: str, question: str) -> dict[int, StoredClaim]:
        place = watch, question
        if place not in self._known:
            self._known[place] = recent_claims(connection, watch, question)
            total = sum(map(len, self._known.values()))
            while total > self._most and len(self._known) > 1:
                total -= len(self._known.popitem(last=False)[1])
        self._known.move_to_end(place)
        return self._known[place]


def _recent_of(claims: dict[int, StoredClaim]) -> dict[int, StoredClaim]:
    """What `recent_claims` would give."""
    if len(claims) <= NEWEST:
        return claims
    telling = [number for number, stored in claims.items() if stored.effect is not ChangeKind.REPEAT]
    kept = {*list(claims)[-NEWEST:], *telling[-NEWEST:]}
    return {number: stored for number, stored in claims.items() if number in kept}
