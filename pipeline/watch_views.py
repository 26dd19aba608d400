"""Articles before the watches of a story: what every sentence weighs for every question, and which are taken."""

from collections.abc import Iterator, Sequence

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.match.passing import off_watch, weighed_sentences
from pipeline.match.places import Place
from pipeline.match.questions import FIRM, POSSIBLE, Weighed, find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import Article, ArticleVersion, Claim
from pipeline.report.watch_view import ArticleOnWatches, Chance, SentenceOnWatch, WatchView, render_watch_views
from pipeline.report.when import answer_words
from pipeline.statements import Reading
from pipeline.watches import Story

# What a phrase is found for -> how people call it. Other uses are the vocabulary's own affair.
_USES = {
    "subject": "subject", "own subject": "question's subject", "not": "look-alike", "own not": "question's look-alike", "state": "state",
    "denied state": "state denied", "own state": "state", "cue": "cue", "role": "role", "of": "what is counted",
}  # fmt: skip


def explain_watches(articles: Sequence[tuple[str, Article]], story: Story, *, watch: str = "", width: int = 100) -> str:
    """What the watches make of articles, as text.

    Args:
        articles: (name, article), in the order in which they are shown.
        story: The watches and own names.
        watch: Only this watch; "" for all.
        width: Columns.
    """
    vocabulary = load_language()
    names = Names((*vocabulary.entities, *story.entities))
    reader = Reader(load_english(), names, vocabulary)
    indexes = [WatchIndex(item, names, vocabulary) for item in story.watches if watch in ("", item.id)]
    found = []
    for name, article in articles:
        reading = reader.read(article)
        views = tuple(_view(article, reading, index) for index in indexes)
        found.append(ArticleOnWatches(name=name, title=article.title, views=views))
    return render_watch_views(found, needed=POSSIBLE, width=width)


def _view(article: Article, reading: Reading, index: WatchIndex) -> WatchView:
    off = off_watch(reading, index)
    claims = find_claims(reading, ArticleVersion(article=article, version=1), index)
    sentences = tuple(
        SentenceOnWatch(
            sentence=place.statement.sentence,
            hits=_hits(place),
            chances=tuple(_chances(weighed, [claim for claim in claims if claim.start == at])),
            note=f"left out: has a look-alike of the subject ({place.hits['not'][0].phrase})" if place.hits.get("not") else "",
        )
        for at, (place, weighed) in weighed_sentences(reading, index).items()
    )
    return WatchView(title=index.watch.title, off=off, sentences=sentences)


def _hits(place: Place) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, list[str]] = {}
    for use, hits in place.hits.items():
        for hit in hits if use in _USES else ():
            phrase = f"{hit.phrase} ({hit.detail})" if use in ("state", "denied state", "own state", "role") and hit.detail else hit.phrase
            found.setdefault(_USES[use], []).append(phrase)
    return tuple((use, tuple(dict.fromkeys(phrases))) for use, phrases in found.items())


def _chances(weighed: Sequence[Weighed], claims: Sequence[Claim]) -> Iterator[Chance]:
    """One chance a question: the answer that was taken, else its best."""
    for name in dict.fromkeys(item.question.id for item in weighed):
        mine = [item for item in weighed if item.question.id == name]
        answers = [claim.answer for claim in claims if claim.question == name]
        won = [item for item in mine if item.found is not None and item.found.answer in answers]
        for item in won or [max(mine, key=lambda item: item.score)]:
            yield Chance(
                question=item.question.id,
                weight=item.score,
                answer=answer_words(item.found.answer)[0] if item.found else "",
                taken=bool(won),
                doubtful=bool(won) and item.score < FIRM,
                why="" if won else _why(item),
            )


def _why(item: Weighed) -> str:
    if item.found is None:
        return item.unfit
    if item.score < POSSIBLE:
        return f"weighs only {item.score:.2f}"
    return f"weighs {item.score:.2f}, but another question has the better claim to it"
