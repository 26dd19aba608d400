"""Trying watches on an archive: what each question caught, and what is on the subject but was caught by none."""

import re
from collections import Counter, defaultdict

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.ingest.archive import Archive
from pipeline.language.names import Names
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Claim
from pipeline.statements import Statement
from pipeline.watches import Story, Watch

_SHOWN = 12
# State names that are everyday words or parties' names: they match far too much.
_EVERYDAY = frozenset("on off go green open close closed left right labour liberal conservative reform new old up down in out".split())
_STOP = frozenset(
    "the a an of to in on for and or but with by at from that this it its his her their he she they is are was were be been has have had will would "
    "not no as said who which when than then also more after before about over into two one".split()
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
        index = WatchIndex(watch, names, vocabulary)
        lines += ["", f"{watch.title}  ({watch.id})", *_warnings(watch)]
        caught: dict[str, list[tuple[str, Claim]]] = defaultdict(list)
        missed: list[tuple[str, Statement]] = []
        on_watch = 0
        for article, reading in readings:
            if not index.concerns(reading):
                continue
            on_watch += 1
            claims = find_claims(reading, ArticleVersion(article=article, version=1), index)
            for claim in claims:
                caught[claim.question].append((article.source, claim))
            taken = {claim.start for claim in claims}
            missed += [
                (article.source, item)
                for item in reading.statements
                if item.words and item.start not in taken and index.hits(item).get("subject") and not index.hits(item).get("not")
            ]
        lines.append(f"  {on_watch} of {len(readings)} articles are on this watch")
        lines += _caught(watch, caught) + _missed(missed)
    return "\n".join(lines)


def _warnings(watch: Watch) -> list[str]:
    risky = [(question.id, state) for question in watch.questions for state in question.states if state.lower() in _EVERYDAY]
    return [
        f"  ! question {question}: the state '{state}' is an everyday word; it will match too much. Choose a longer name."
        for question, state in risky
    ]


def _caught(watch: Watch, caught: dict[str, list[tuple[str, Claim]]]) -> list[str]:
    lines = []
    for question in watch.questions:
        found = caught[question.id]
        doubtful = sum(claim.tentative for _, claim in found)
        lines.append(
            f"  {question.id}: {len(found)} sentences"
            + (f", {doubtful} of them doubtful" if doubtful else "")
            + ("" if found else "  <- caught nothing")
        )
        for source, claim in found[:_SHOWN]:
            mark = "?" if claim.tentative else " "
            lines.append(
                f"    {mark} {source} [{claim.answer.text[:40]} | {claim.certainty} | {claim.voice.speaker}] {claim.sentence[:110]}"
            )
    return lines


def _missed(missed: list[tuple[str, Statement]]) -> list[str]:
    lines = [f"  On the subject, caught by no question: {len(missed)} sentences"]
    common = Counter(
        word.lemma.lower()
        for _, item in missed
        for word in item.words
        if re.fullmatch(r"[A-Za-z-]{4,}", word.text) and word.lemma.lower() not in _STOP
    )
    for source, item in missed[:_SHOWN]:
        lemmas = [word.lemma.lower() for word in item.words if word.tag.startswith("VB") and word.lemma.lower() not in _STOP]
        hint = max(lemmas, key=lambda lemma: common[lemma], default="")
        lines.append(f"    {source} {item.sentence[:120]}" + (f"   (a cue could be: {hint})" if hint else ""))
    return lines
