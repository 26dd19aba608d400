"""Article -> Reading: every sentence with its voice, words, dates, numbers and names."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from pipeline.extract.attribution import Attribution, Attributor, Memory
from pipeline.extract.clauses import Standing, Standings, clause_head, tense_of
from pipeline.extract.dates import Found, find_dates
from pipeline.extract.nodes import Node, nodes_of
from pipeline.extract.paragraphs import Paragraph, split_paragraphs
from pipeline.extract.quantities import Length, Number, find_lengths, find_numbers
from pipeline.language.names import Names
from pipeline.language.phrases import Phrases, PhraseToken
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Article, Voice
from pipeline.statements import (
    DateMention,
    DurationMention,
    NameMention,
    QuantityMention,
    Reading,
    Statement,
    Word,
)

_Item = TypeVar("_Item", Found, Number, Length)
_READ_ROLES = frozenset(("body", "correction"))
_RETRACTION = re.compile(
    r"(?i)\b(taking back|took back|take back|retract\w*|correct(s|ed|ing|ion) (its|his|her|their|an|friday|the)|clarif(y|ied|ies) that|misspoke|"
    r"we regret|regrets? the error|was wrong to|withdr[ae]w (its|his|her|their) (claim|statement|remark))\b"
)


class Reader:
    """Reads articles with one model, one set of names and one vocabulary; keeps nothing between articles."""

    def __init__(self, nlp: Language, names: Names, vocabulary: Vocabulary) -> None:
        self._nlp, self._names = nlp, names
        self._attributor = Attributor(names, vocabulary)
        self._recap = Phrases(("recap", phrase) for phrase in vocabulary.background)

    def read(self, article: Article) -> Reading:
        """Analyse one article. Sentences of boilerplate and other languages come without words.

        Args:
            article: Its text is what all offsets point into.
        """
        paragraphs = split_paragraphs(article.text, title=article.title, language=article.language)
        memory = Memory()
        statements: list[Statement] = []
        parsed = iter(self._nlp.pipe(paragraph.text for paragraph in paragraphs if paragraph.role in _READ_ROLES))
        for paragraph in paragraphs:
            if paragraph.role in _READ_ROLES:
                statements.extend(self._statements(next(parsed), paragraph, article, memory))
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
            statements=tuple(statements),
        )

    def read_doc(self, doc: Doc, *, published: dt.datetime, publisher: str) -> tuple[Statement, ...]:
        """The statements of a doc that is parsed already, paragraph by paragraph, without an article around it (offsets into `doc.text`)."""
        article = Article(url="", publisher=publisher, title="", published=published, seen_at=published, text=doc.text)
        memory = Memory()
        statements: list[Statement] = []
        for paragraph in split_paragraphs(article.text):
            piece = doc.char_span(paragraph.start, paragraph.end, alignment_mode="expand")
            if paragraph.role in _READ_ROLES and piece is not None:
                # Cut out and joined again, so that sentences end where paragraphs do and offsets begin at 0 as they do in `read`.
                inner = piece.as_doc()
                first = piece.start_char
                cut = Paragraph(number=paragraph.number, start=first, end=piece.end_char, text=inner.text, role=paragraph.role)
                statements.extend(self._statements(inner, cut, article, memory))
            else:
                statements.append(_silent(paragraph, article))
        return tuple(statements)

    def _statements(self, doc: Doc, paragraph: Paragraph, article: Article, memory: Memory) -> Iterator[Statement]:
        nodes = nodes_of(doc)
        dates = find_dates(paragraph.text, article.published, lambda offset: _tense_at(doc, nodes, offset))
        taken = tuple((date.start, date.end) for date in dates)
        lengths = [length for length in find_lengths(paragraph.text) if not _overlaps(length.start, length.end, taken)]
        numbers = find_numbers(paragraph.text, (*taken, *((length.start, length.end) for length in lengths)))
        text, shift, quotes = paragraph.text, paragraph.start, _quoted(paragraph.text)
        sayings = self._attributor.sayings(doc, nodes)
        for sent in doc.sents:
            said_here = sayings.get(sent.start, ())
            inside = any(begin < sent.start_char < end for begin, end in quotes)
            verbs = self._attributor.speech_verbs(sent, nodes)
            attribution = self._attributor.attribute(sent, said_here, memory, article.publisher, inside_quote=inside)
            if paragraph.role == "correction":
                attribution = Attribution(_own_voice(article))
            said = _said_date(sent, dates, attribution, article.published)
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
                dates=tuple(_date(date, sent, text, shift) for date in _inside(dates, sent) if date is not said[0]),
                durations=tuple(
                    DurationMention(
                        text=text[length.start : length.end],
                        start=shift + length.start,
                        end=shift + length.end,
                        at=_index(sent, length.start),
                        upto=_index(sent, length.end - 1) + 1,
                        low=length.low,
                        high=length.high,
                    )
                    for length in _inside(lengths, sent)
                ),
                quantities=_with_wholes(tuple(_quantity(number, sent, text, shift) for number in _inside(numbers, sent)), sent),
                names=_names(self._names, sent, text, shift),
                attributions=tuple(self._attributor.mentions(said_here, attribution, memory, article.publisher, shift, doc)),
                denial=attribution.force == "deny" or self._attributor.denies(verbs),
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


def _tense_at(doc: Doc, nodes: list[Node], offset: int) -> str:
    span = doc.char_span(offset, offset + 1, alignment_mode="expand")
    return tense_of(clause_head(nodes[span[0].i])) if span is not None and len(span) else ""


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


def _quoted(text: str) -> tuple[tuple[int, int], ...]:
    """Spans inside quotation marks; an unclosed one lasts to the end of the paragraph (it goes on in the next)."""
    spans, opened = [], None
    for mark in re.finditer(r"[\"“”]", text):
        if opened is None and mark.group() != "”":
            opened = mark.start()
        elif opened is not None and mark.group() != "“":
            spans.append((opened, mark.end()))
            opened = None
    if opened is not None:
        spans.append((opened, len(text)))
    return tuple(spans)


def _overlaps(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < upto and begin < end for begin, upto in spans)


def _inside(items: Iterable[_Item], sent: Span) -> list[_Item]:
    return [item for item in items if sent.start_char <= item.start < sent.end_char]


def _index(sent: Span, offset: int) -> int:
    """Index into the sentence's words of the token at or after a character offset of the paragraph."""
    for token in sent:
        if token.idx + len(token) > offset:
            return int(token.i - sent.start)
    return len(sent) - 1


def _said_date(sent: Span, dates: tuple[Found, ...], attribution: Attribution, published: dt.datetime) -> tuple[Found | None, dt.datetime]:
    """The date that tells when it was said (it hangs on the cue verb), and that instant."""
    if attribution.cue_at < 0 or attribution.force in ("order", "expect") or attribution.voice.cue == "according to":
        return None, published
    for date in _inside(dates, sent):
        token = sent[_index(sent, date.start)]
        head = token.head if token.dep_ != "pobj" else token.head.head
        heads = {head.i, head.head.i if head.dep_ in ("prep", "npadvmod", "pobj") else head.i}
        if _relation(sent, token.i - sent.start) != "on":
            continue
        if attribution.cue_at in heads and date.when.start is not None and date.when.start <= published and date.when.precision != "month":
            same_day = date.when.start.date() == published.date()
            return date, published if same_day else min(published, date.when.start.replace(hour=12))
    return None, published


def _relation(sent: Span, at: int) -> str:
    before = " ".join(token.lower_ for token in sent[max(0, at - 4) : at])
    for pattern, relation in (
        (r"(no|not) (earlier|sooner|before)( than)?( on)?$|as early as( on)?$", "not before"),
        (r"(no later than|by)( the)?$", "by"),
        (r"(until|till|through)( the)?$", "until"),
        (r"(starting|beginning|from)( the)?( on)?$", "from"),
        (r"since( the)?$", "since"),
        (r"(after)( the)?$", "after"),
        (r"(before|ahead of)( the)?$", "before"),
    ):
        if re.search(rf"\b{pattern}", before):
            return relation
    return "on"


def _date(date: Found, sent: Span, text: str, shift: int) -> DateMention:
    at, upto = _index(sent, date.start), _index(sent, date.end - 1) + 1
    words = text[date.start : date.end]
    first = words.split()[0].lower()
    relation = {"by": "by", "within": "by", "until": "until", "since": "since", "from": "from"}.get(first) or _relation(sent, at)
    return DateMention(
        text=words, start=shift + date.start, end=shift + date.end, at=at, upto=upto, when=date.when, relation=relation, vague=date.vague
    )


def _quantity(number: Number, sent: Span, text: str, shift: int) -> QuantityMention:
    at, upto = _index(sent, number.start), _index(sent, number.end - 1) + 1
    return QuantityMention(
        text=text[number.start : number.end],
        start=shift + number.start,
        end=shift + number.end,
        at=at,
        upto=upto,
        low=number.low,
        high=number.high,
        bound=number.bound,
        things=_things(sent, upto),
        unit=number.unit,
        per=number.per,
    )


def _with_wholes(quantities: tuple[QuantityMention, ...], sent: Span) -> tuple[QuantityMention, ...]:
    """ "15 of about 36 jets" and "among 39,400 ballots 212": the part counts what the whole counts, and knows it."""
    found = []
    for number, mention in enumerate(quantities):
        following = quantities[number + 1] if number + 1 < len(quantities) else None
        before = quantities[number - 1] if number else None
        if (
            following is not None
            and not following.unit
            and sent[min(mention.upto, len(sent) - 1)].lower_ == "of"
            and following.at - mention.upto <= 2
        ):
            mention = replace(mention, share_of=following.high, things=following.things or mention.things)
        elif (
            before is not None
            and not mention.unit
            and before.at
            and sent[before.at - 1].lower_ in ("among", "of")
            and sent[mention.upto - 1].dep_ in ("nsubj", "nsubjpass")
        ):
            mention = replace(mention, share_of=before.high, things=before.things)
        found.append(mention)
    return tuple(
        item
        for item in found
        if not any(other.share_of is not None and other.share_of == item.high and other is not item for other in found)
    )


def _things(sent: Span, upto: int) -> tuple[str, ...]:
    """Lemmas of what a number counts, nearest first: its noun, that noun's parts, and what follows "of"."""
    number = sent[min(upto, len(sent)) - 1]
    things: list[Token] = []
    node = number
    for _ in range(4):
        if node.pos_ in ("NOUN", "PROPN") and node not in things and not node.like_num:
            things.append(node)
        if node.dep_ in ("nummod", "quantmod", "compound", "amod", "nmod", "advmod") and sent.start <= node.head.i < sent.end:
            node = node.head
        else:
            break
    for source in (number, *things[:1]):
        for prep in source.children:
            if prep.dep_ == "prep" and prep.lower_ == "of":
                things.extend(kid for kid in prep.children if kid.dep_ == "pobj")
    for thing in tuple(things):
        things.extend(
            kid
            for kid in thing.children
            if kid.dep_ in ("compound", "amod", "nmod") and kid.pos_ in ("NOUN", "PROPN", "ADJ") and kid.i >= number.i
        )
    if not things:
        following = [token for token in sent[upto : upto + 4] if token.pos_ in ("NOUN", "PROPN")]
        things.extend(following[:1])
    return tuple(dict.fromkeys(thing.lemma_.lower() for thing in things))


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
