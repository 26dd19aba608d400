"""What was the case on a day, and what could be known on a day: two different questions to the same store."""

import datetime as dt

from pipeline.detect.state import fold_state
from pipeline.model import QuestionState
from pipeline.store.claims import all_claims
from pipeline.store.database import Database
from pipeline.store.states import all_states
from pipeline.watches import Story


def states_at(database: Database, story: Story, *, as_of: dt.datetime | None, known_at: dt.datetime | None) -> tuple[QuestionState, ...]:
    """How every question stood.

    Args:
        database: The store.
        story: Its watches.
        as_of: What was the case then: only what was said by then counts, whenever it reached us. None for the newest state.
        known_at: What could be known then: only what had reached us. None for everything.

    Returns:
        One state per question that has claims, in the order of the watches.
    """
    found: list[QuestionState] = []
    with database.reading() as connection:
        for watch in story.watches:
            for question in watch.questions:
                if as_of is None:
                    states = all_states(connection, watch=watch.id, question=question.id, known_at=known_at)
                    found.extend(states[-1:])
                    continue
                claims = [
                    stored
                    for stored in all_claims(connection, watch=watch.id, question=question.id, known_at=known_at)
                    if stored.claim.said_at <= as_of
                ]
                if claims:
                    found.append(fold_state(claims, watch=watch.id, question=question.id, as_of=as_of, after=None, many=question.many))
    return tuple(found)
