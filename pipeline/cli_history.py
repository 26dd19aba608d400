"""`claimwatch history`: what one voice said on each question over time, and where it turned."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli_support import Config, DatabaseUrl, QuestionId, WatchId, columns, configured, database_at
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipeline.model import Claim, StoredClaim
    from pipeline.report.voice_history import Turn
    from pipeline.watches import Story


class HistoryFormat(StrEnum):
    """How a history is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def history(
    speaker: Annotated[str, typer.Option("--speaker", help="A person or an institution, by any of its names.")],
    watch: WatchId = None,
    question: QuestionId = None,
    config: Config = None,
    database: DatabaseUrl = None,
    form: Annotated[HistoryFormat, typer.Option("--format")] = HistoryFormat.TEXT,
) -> None:
    """List what one voice said on each question over time, with the points where it turned."""
    from pipeline.config import load_language
    from pipeline.language.names import Names
    from pipeline.report.rows import csv_text, json_lines
    from pipeline.report.voice_history import history_rows, render_history, voice_history

    story, settings = configured(config)
    entities = (*load_language().entities, *story.entities)
    names = Names(entities)
    wanted = names.canonical(speaker)
    known = names.entity(speaker)
    # Who speaks for it by the aliases as they are now, whatever they were when the claims came.
    people = frozenset(entity.name for entity in entities if names.institution(entity.name) == wanted)
    spellings = frozenset((wanted, speaker, *(known.also if known else ())))
    with database_at(database, settings) as store, store.reading() as connection:
        found, others = _statements(connection, speaker, spellings, people, watch, question)
    questions = {(one.id, item.id): item for one in story.watches for item in one.questions}
    histories = voice_history(found, spellings, questions, _turn)
    if form is HistoryFormat.TEXT:
        typer.echo(render_history(wanted, histories, _asks(story), width=columns()), nl=False)
        if others:
            typer.echo(f"\nNot in this list, because it is not known to be the same: {', '.join(others)}.")
        return
    rows = history_rows(histories)
    typer.echo(json_lines(rows) if form is HistoryFormat.JSON else csv_text(rows), nl=False)


def _statements(
    connection: "Connection", speaker: str, spellings: frozenset[str], people: frozenset[str], watch: str | None, question: str | None
) -> "tuple[tuple[StoredClaim, ...], tuple[str, ...]]":
    """What counts as the voice's, and who is not counted though the name is like it.

    Raises:
        ConfigError: Nobody was heard under this name; names those that were.
    """
    from pipeline.store.claims import claims_of_speakers
    from pipeline.store.tallies import SPEAKER, busiest, speakers_like

    near = speakers_like(connection, spellings, people)
    speakers = {tally.name for tally in near if tally.institution in spellings or tally.name in spellings | people}
    if not speakers:
        heard = [tally.name for tally in near] or [tally.name for tally in busiest(connection, SPEAKER, limit=10)[0]]
        raise ConfigError(f"nobody is stored as '{speaker}'", remedy=f"Heard were: {', '.join(heard[:10])}." if heard else "Nothing is stored yet.")
    found = claims_of_speakers(connection, sorted(speakers), watch=watch, question=question)
    others = [tally.name for tally in near if tally.name not in speakers]
    if found:
        words = [set(name.split()) for name in spellings]
        others = [name for name in others if any(set(name.split()) <= known or known <= set(name.split()) for known in words)]
    return found, tuple(others[:10])


def _turn(claim: "Claim", last: "Claim") -> "Turn":
    """How a statement stands to the last word of its voice."""
    from pipeline.detect.answers import Relation, compare_answers
    from pipeline.model import Certainty
    from pipeline.report.voice_history import Turn

    relation = compare_answers(claim.answer, last.answer)
    denied = claim.certainty is Certainty.DENIED
    if claim.answer.type != "yes-no" and denied != (last.certainty is Certainty.DENIED):
        # Who denied one answer and now gives another has not turned.
        negated = claim.answer.value is not None and relation is Relation.OPPOSITE
        return Turn.TURNED if negated or relation in (Relation.SAME, Relation.WIDENED, Relation.NARROWED) else Turn.NONE
    if relation is Relation.OPPOSITE:
        return Turn.TURNED
    if claim.answer.type == "statement":
        return Turn.NONE
    return Turn.MOVED if relation in (Relation.DIFFERENT, Relation.APPEARED, Relation.DROPPED) else Turn.NONE


def _asks(story: "Story") -> dict[tuple[str, str], str]:
    return {(watch.id, item.id): f"{watch.title}: {item.asks or item.id}" for watch in story.watches for item in watch.questions}
