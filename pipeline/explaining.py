"""One article, explained: every claim that extraction finds in it, and what each watch makes of each sentence."""

from collections import defaultdict
from collections.abc import Iterator

from pipeline.config import load_language
from pipeline.extract.claims import ClaimMaker
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.match.passing import off_watch, passed_over, weighed_sentences
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import Article, ArticleVersion
from pipeline.report.explanation import Asked, Explanation, asked_of, explanation_of
from pipeline.statements import Reading
from pipeline.watches import Story

_DATED = {
    "option": "as given",
    "header": "by the file's header",
    "page": "by the page",
    "now": "not dated, so read as of now",
}
# Where the words of the date are the article's own.
_QUOTED = ("header", "page")


def explain_article(article: Article, story: Story | None, *, name: str, dated: str) -> Explanation:
    """What extraction and the watches make of one article.

    Args:
        article: The article.
        story: Watches and own names; None for the shipped names alone.
        name: What the user called the article.
        dated: Whose word its date is: option, header, page or now.
    """
    vocabulary = load_language()
    names = Names((*vocabulary.entities, *(story.entities if story else ())))
    reading = Reader(load_english(), names, vocabulary).read(article)
    maker = ClaimMaker(vocabulary)
    asked: dict[int, list[Asked]] = defaultdict(list)
    watches = []
    for watch in story.watches if story else ():
        index = WatchIndex(watch, names, vocabulary)
        watches.append((watch.title, off_watch(reading, index)))
        for at, line in _of_watch(article, reading, index):
            asked[at].append(line)
    return explanation_of(
        article,
        reading,
        [maker.claims_of(statement) for statement in reading.statements],
        name=name,
        dated=_DATED.get(dated, dated) + (f": “{article.date_text}”" if dated in _QUOTED and article.date_text else ""),
        asked=asked,
        watches=watches,
    )


def _of_watch(article: Article, reading: Reading, index: WatchIndex) -> Iterator[tuple[int, Asked]]:
    """Which questions each sentence answers, or why the watch passed it over, by the sentence's offset."""
    asks = {question.id: question.asks or question.id for question in index.watch.questions}
    answered = set()
    for claim in find_claims(reading, ArticleVersion(article=article, version=1), index):
        answered.add(claim.start)
        yield claim.start, asked_of(claim, index.watch.title, asks[claim.question])
    for at, (place, weighed) in weighed_sentences(reading, index).items():
        if at not in answered:
            yield at, Asked(watch=index.watch.title, question="", answer="", note=passed_over(place, weighed))
