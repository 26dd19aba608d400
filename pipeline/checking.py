"""Trying watches on an archive: what each question caught, and what is on the subject but was caught by none."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.ingest.archive import Archive
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import Article, ArticleVersion, Claim
from pipeline.statements import Reading, Statement
from pipeline.watches import Question, Story, Watch

_SHOWN = 12
# State names that are everyday words or parties' names: they match far too much.
_EVERYDAY = frozenset("on off go green open close closed left right labour liberal conservative reform new old up down in out".split())
_STOP = frozenset(
    "the a an of to in on for and or but with by at from that this it its his her their he she they is are was were be been has have had will would "
    "not no as said who which when than then also more after before about over into two one".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A sentence on a watch's subject that no question caught; `hint` is a word that could be a cue, "" if none."""

    article: Article
    sentence: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """What a watch catches in some articles: the claims of each question in the order of the watch, and what none of them caught."""

    watch: Watch
    on_watch: int
    claims: tuple[tuple[Question, tuple[tuple[Article, Claim], ...]], ...]
    missed: tuple[Miss, ...]
    warnings: tuple[str, ...]


def catch(watch: Watch, readings: Sequence[tuple[Article, Reading]], names: Names, vocabulary: Vocabulary) -> Caught:
    """Try one watch on articles that have been read.

    Args:
        watch: The watch.
        readings: Articles with their readings.
        names: Known names, the story's own included.
        vocabulary: The shipped vocabulary.
    """
    index = WatchIndex(watch, names, vocabulary)
    caught: dict[str, list[tuple[Article, Claim]]] = defaultdict(list)
    missed: list[tuple[Article, Statement]] = []
    on_watch = 0
    for article, reading in readings:
        if not index.concerns(reading):
            continue
        on_watch += 1
        claims = find_claims(reading, ArticleVersion(article=article, version=1), index)
        for claim in claims:
            caught[claim.question].append((article, claim))
        taken = {claim.start for claim in claims}
        missed += [
            (article, item)
            for item in reading.statements
            if item.words and item.start not in taken and index.hits(item).get("subject") and not index.hits(item).get("not")
        ]
    return Caught(
        watch=watch,
        on_watch=on_watch,
        claims=tuple((question, tuple(caught[question.id])) for question in watch.questions),
        missed=_misses(missed),
        warnings=tuple(_warnings(watch)),
    )


def check_watches(archive: Archive, story: Story) -> str:
    """What every question of every watch catches in an archive, as text for people.

    Args:
        archive: Dispatches to try the watches on.
        story: The watches.
    """
    vocabulary = load_language()
    names = Names((*vocabulary.entities, *story.entities))
    reader = Reader(load_english(), names, vocabulary)
    lines = [f"! {problem.where}: {problem.what}. {problem.remedy}" for problem in archive.problems]
    readings = [(article, reader.read(article)) for article in archive.articles]
    for watch in story.watches:
        found = catch(watch, readings, names, vocabulary)
        lines += ["", f"{watch.title}  ({watch.id})", *(f"  ! {warning}" for warning in found.warnings)]
        lines.append(f"  {found.on_watch} of {len(readings)} articles are on this watch")
        lines += _caught(found) + _missed(found.missed)
    return "\n".join(lines)


def _warnings(watch: Watch) -> list[str]:
    risky = [(question.id, state) for question in watch.questions for state in question.states if state.lower() in _EVERYDAY]
    return [
        f"question {question}: the state '{state}' is an everyday word; it will match too much. Choose a longer name."
        for question, state in risky
    ]


def _caught(found: Caught) -> list[str]:
    lines = []
    for question, claims in found.claims:
        doubtful = sum(claim.tentative for _, claim in claims)
        lines.append(
            f"  {question.id}: {len(claims)} sentences"
            + (f", {doubtful} of them doubtful" if doubtful else "")
            + ("" if claims else "  <- caught nothing")
        )
        for article, claim in claims[:_SHOWN]:
            mark = "?" if claim.tentative else " "
            lines.append(
                f"    {mark} {article.source} [{claim.answer.text[:40]} | {claim.certainty} | {claim.voice.speaker}] {claim.sentence[:110]}"
            )
    return lines


def _misses(missed: Sequence[tuple[Article, Statement]]) -> tuple[Miss, ...]:
    common = Counter(
        word.lemma.lower()
        for _, item in missed
        for word in item.words
        if re.fullmatch(r"[A-Za-z-]{4,}", word.text) and word.lemma.lower() not in _STOP
    )
    found = []
    for article, item in missed:
        lemmas = [word.lemma.lower() for word in item.words if word.tag.startswith("VB") and word.lemma.lower() not in _STOP]
        hint = max(lemmas, key=lambda lemma: common[lemma], default="")
        found.append(Miss(article=article, sentence=item.sentence, hint=hint))
    return tuple(found)


def _missed(missed: Sequence[Miss]) -> list[str]:
    lines = [f"  On the subject, caught by no question: {len(missed)} sentences"]
    for item in missed[:_SHOWN]:
        lines.append(f"    {item.article.source} {item.sentence[:120]}" + (f"   (a cue could be: {item.hint})" if item.hint else ""))
    return lines
