"""Article -> Reading: every sentence with its voice, words, dates, numbers and names."""

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.extract.attribution import Attribution, Attributor
from pipeline.extract.clauses import Standing, Standings
from pipeline.extract.date_mentions import date_mention, ends_of_stretches, said_date, tense_at
from pipeline.extract.dates import DateFinder, Found
from pipeline.extract.lengths import Length, find_lengths
from pipeline.extract.narrative import Narrative
from pipeline.extract.nodes import Node, nodes_of
from pipeline.extract.paragraphs import MAX_SENTENCE, Paragraph, split_paragraphs
from pipeline.extract.parsing import Parser, paragraphs_of
from pipeline.extract.quantities import Number, find_numbers
from pipeline.extract.quantity_mentions import quantity_mention, with_wholes
from pipeline.extract.quotations import quoted_spans
from pipeline.extract.sentences import word_index
from pipeline.extract.speakers import Memory
from pipeline.extract.understood import with_understood_units
from pipeline.language.names import Names
from pipeline.language.phrases import Phrases, PhraseToken
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Article, Voice
from pipeline.statements import (
    DurationMention,
    NameMention,
    Reading,
    Statement,
    Word,
)

_log = logging.getLogger(__name__)
_TOO_LONG = "%s: what begins at character %d has no end for %d characters, more than %d, and is no sentence; it was left out, the rest was read"
_Item = TypeVar("_Item", Found, Number, Length)
_READ_ROLES = frozenset(("body", "correction"))
_RETRACTION = re.compile(
    r"(?i)\b(taking back|took back|take back|retract\w*|correct(s|ed|ing|ion) (its|his|her|their|an|friday|the)|clarif(y|ied|ies) that|misspoke|"
    r"(was|were|is|are) [^.]{1,40}?,? (and )?not [^.,]{1,30}, as [^.]{1,40} (had )?(said|reported|stated|announced|written|put it)|"
    r"we regret|regrets? the error|was wrong to|withdr[ae]w (its|his|her|their) (claim|statement|remark))\b"
)


class Reader:
    """Reads articles with one model, one set of names and one vocabulary; keeps nothing between articles but parsed paragraphs."""

    def __init__(self, nlp: Language, names: Names, vocabulary: Vocabulary) -> None:
        self._parser, self._names = Parser(nlp), names
        self._attributor = Attributor(names, vocabulary)
        self._dates = DateFinder(vocabulary.calendar)
        self._recap = Phrases(("recap", phrase) for phrase in vocabulary.background)

    def read(self, article: Article) -> Reading:
        """Analyse one article. Sentences of boilerplate and other languages come without words.

        Args:
            article: Its text is what all offsets point into.
        """
        paragraphs = paragraphs_of(article)
        memory, narrative = Memory(), Narrative()
        statements: list[Statement] = []
        for paragraph in paragraphs:
            if paragraph.role == "oversized":
                _log.warning(_TOO_LONG, article.url or article.source, paragraph.start, len(paragraph.text), MAX_SENTENCE)
        parsed = iter(self._parser.parse(paragraph.text for paragraph in paragraphs if paragraph.role in _READ_ROLES))
        for paragraph in paragraphs:
            if paragraph.role in _READ_ROLES:
                statements.extend(self._statements(next(parsed), paragraph, article, memory, narrative))
            else:
                statements.append(_silent(paragraph, article))
        names = {hit.entity.name for hit in self._names.find(re.findall(r"[\w.'’-]+", article.title))}
        names.update(name.name for statement in statements for name in statement.names)
        return Reading(
            url=article.url,
            title=article.title,
            publisher=article.publisher,
            published=article.published,
            names=frozenset(names),
            statements=with_understood_units(statements),
        )

    def prepare(self, articles: Iterable[Article]) -> None:
        """Parse the paragraphs of several articles at once, so that reading them will be quick."""
        self._parser.parse(item.text for article in articles for item in paragraphs_of(article) if item.role in _READ_ROLES)

    def read_doc(self, doc: Doc, *, published: dt.datetime, publisher: str) -> tuple[Statement, ...]:
        """The statements of a doc that is parsed already, paragraph by paragraph, without an article around it (offsets into `doc.text`)."""
        article = Article(url="", publisher=publisher, title="", published=published, seen_at=published, text=doc.text)
        memory, narrative = Memory(), Narrative()
        statements: list[Statement] = []
        for paragraph in split_paragraphs(article.text):
            piece = doc.char_span(paragraph.start, paragraph.end, alignment_mode="expand")
            if paragraph.role in _READ_ROLES and piece is not None:
                # Cut out and joined again, so that sentences end where paragraphs do and offsets begin at 0 as they do in `read`.
                inner = piece.as_doc()
                first = piece.start_char
                cut = Paragraph(number=paragraph.number, start=first, end=piece.end_char, text=inner.text, role=paragraph.role)
                statements.extend(self._statements(inner, cut, article, memory, narrative))
            else:
                statements.append(_silent(paragraph, article))
        return tuple(statements)

    def _statements(self, doc: Doc, paragraph: Paragraph, article: Article, memory: Memory, narrative: Narrative) -> Iterator[Statement]:
        nodes = nodes_of(doc)
        told = self._dates.find(paragraph.text, article.published, tense_at(doc, nodes), narrative)
        dates = tuple(date for date in told if date.names_a_day)
        taken = tuple((date.start, date.end) for date in told)
        lengths = [length for length in find_lengths(paragraph.text) if not _overlaps(length.start, length.end, taken)]
        numbers = find_numbers(paragraph.text, (*taken, *((length.start, length.end) for length in lengths)))
        text, shift, quotes = paragraph.text, paragraph.start, quoted_spans(paragraph.text)
        sayings = self._attributor.sayings(doc, nodes)
        for sent in doc.sents:
            said_here = sayings.get(sent.start, ())
            inside = any(begin < sent.start_char < end for begin, end in quotes)
            verbs = self._attributor.speech_verbs(sent, nodes)
            attribution = self._attributor.attribute(sent, said_here, memory, article.publisher, inside_quote=inside)
            if paragraph.role == "correction":
                attribution = Attribution(self._attributor.own_voice(article.publisher))
            said = said_date(sent, _inside(dates, sent), attribution, article.published)
            stands = Standings(frozenset(verb.i for verb in verbs))
            words = tuple(_word(node, sent.start, shift, stands.of(node), quotes) for node in nodes[sent.start : sent.end])
            yield Statement(
                start=shift + sent.start_char,
                end=shift + sent.end_char,
                sentence=article.text[shift + sent.start_char : shift + sent.end_char],
                paragraph=paragraph.number,
                role=paragraph.role,
                voice=attribution.voice,
                said_at=said[1],
                words=words,
                dates=tuple(
                    date_mention(date, sent, text, shift)
                    for date in (*_inside(dates, sent), *ends_of_stretches(text, dates, _inside(lengths, sent)))
                    if date is not said[0]
                ),
                references=tuple(
                    date_mention(date, sent, text, shift) for date in _inside(told, sent) if date.reference or date.kind == "clock"
                ),
                durations=tuple(
                    DurationMention(
                        text=text[length.start : length.end],
                        start=shift + length.start,
                        end=shift + length.end,
                        at=word_index(sent, length.start),
                        upto=word_index(sent, length.end - 1) + 1,
                        low=length.low,
                        high=length.high,
                    )
                    for length in _inside(lengths, sent)
                    if not length.shift
                ),
                quantities=with_wholes(tuple(quantity_mention(number, sent, text, shift) for number in _inside(numbers, sent)), sent),
                names=_names(self._names, sent, text, shift),
                attributions=tuple(self._attributor.mentions(said_here, attribution, memory, article.publisher, shift, doc)),
                denial=self._attributor.is_denial(attribution, doc) or self._attributor.denies(verbs),
                retraction=paragraph.role == "correction" or bool(_RETRACTION.search(sent.text)),
                recap=bool(self._recap.find([PhraseToken(word.text, word.lemma) for word in words])),
            )


def _own_voice(article: Article) -> Voice:
    return Voice(speaker=article.publisher, institution=article.publisher, carrier="", publisher=article.publisher, attributed=False)


def _silent(paragraph: Paragraph, article: Article) -> Statement:
    voice = _own_voice(article)
    return Statement(
        start=paragraph.start,
        end=paragraph.end,
        sentence=article.text[paragraph.start : paragraph.end],
        paragraph=paragraph.number,
        role=paragraph.role,
        voice=voice,
        said_at=article.published,
    )


def _word(node: Node, first: int, shift: int, stands: Standing, quotes: tuple[tuple[int, int], ...]) -> Word:
    return Word(
        text=node.text,
        lemma=node.lemma_,
        tag=node.tag_,
        dep=node.dep_,
        start=shift + node.idx,
        end=shift + node.idx + len(node.text),
        head=max(0, node.head.i - first),
        clause=max(0, stands.clause - first),
        certainty=stands.certainty,
        negated=stands.negated,
        tense=stands.tense,
        quoted=any(begin <= node.idx < end for begin, end in quotes),
    )


def _overlaps(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < upto and begin < end for begin, upto in spans)


def _inside(items: Iterable[_Item], sent: Span) -> list[_Item]:
    return [item for item in items if sent.start_char <= item.start < sent.end_char]


def _names(names: Names, sent: Span, text: str, shift: int) -> tuple[NameMention, ...]:
    tokens = list(sent)
    mentions = [
        NameMention(
            text=text[tokens[hit.start].idx : tokens[hit.end - 1].idx + len(tokens[hit.end - 1])],
            name=hit.entity.name,
            kind=hit.entity.kind,
            start=shift + tokens[hit.start].idx,
            end=shift + tokens[hit.end - 1].idx + len(tokens[hit.end - 1]),
            at=hit.start,
            upto=hit.end,
        )
        for hit in names.find([token.text for token in tokens])
    ]
    covered = {index for mention in mentions for index in range(mention.at, mention.upto)}
    kinds = {"PERSON": "person", "ORG": "organisation", "NORP": "group", "GPE": "place", "LOC": "place", "FAC": "place"}
    for ent in sent.ents:
        at, upto = ent.start - sent.start, ent.end - sent.start
        if ent.label_ in kinds and not covered & set(range(at, upto)):
            mentions.append(
                NameMention(
                    text=ent.text,
                    name=names.canonical(re.sub(r"['’]s?$", "", ent.text)),
                    kind=kinds[ent.label_],
                    start=shift + ent.start_char,
                    end=shift + ent.end_char,
                    at=at,
                    upto=upto,
                )
            )
    return tuple(sorted(mentions, key=lambda mention: mention.start))
