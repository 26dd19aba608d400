"""Claims for any spaCy user: `nlp.add_pipe("claims")`, results in `doc.spans["claims"]` and `span._.claim` (docs/spacy.md)."""

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.config import load_language
from pipeline.errors import ConfigError, MissingPartError
from pipeline.extract.claims import ClaimMaker
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.predicates import load_predicates
from pipeline.language.vocabulary import load_vocabulary
from pipeline.statements import ClauseClaim

_CLAIM = TypeAdapter(ClauseClaim)
_NEEDED = ("TAG", "DEP", "LEMMA", "ENT_IOB")


@Language.factory(
    "claims",
    assigns=["doc.spans"],
    requires=["token.dep", "token.tag", "token.lemma", "doc.ents"],
    default_config={"published": "", "publisher": "unknown", "vocabulary": "", "predicates": ""},
)
def make_claims(nlp: Language, name: str, published: str, publisher: str, vocabulary: str, predicates: str) -> "ClaimFinder":
    """The component.

    Args:
        nlp: An English pipeline with tagger, parser and lemmatizer before this component.
        name: The component's name in the pipeline.
        published: ISO 8601 instant that relative dates refer to, "" for now; `doc._.published` comes first. Without a zone: UTC.
        publisher: Who says what nobody else says.
        vocabulary: A folder with the files of config/language/en, "" for the shipped one.
        predicates: A file like predicates.toml instead of the vocabulary's own, "" for that one.

    Raises:
        ConfigError: `published` is no instant, or a file of the vocabulary cannot be used.
    """
    return ClaimFinder(nlp, published=published, publisher=publisher, vocabulary=vocabulary, predicates=predicates)


class ClaimFinder:
    """Puts every clause that makes a claim into `doc.spans["claims"]`, with the `ClauseClaim` in `span._.claim`."""

    def __init__(self, nlp: Language, *, published: str, publisher: str, vocabulary: str, predicates: str) -> None:
        words = load_vocabulary(Path(vocabulary)) if vocabulary else load_language()
        if predicates:
            words = dataclasses.replace(words, predicates=load_predicates(Path(predicates)))
        self._published, self._publisher = (_instant(published) if published else None), publisher
        self._reader, self._maker = Reader(nlp, Names(words.entities), words), ClaimMaker(words)
        _extend()

    def __call__(self, doc: Doc) -> Doc:
        """Adds the spans; everything else of the doc stays as it is.

        Raises:
            MissingPartError: The doc has not been tagged, parsed and lemmatised, with entities.
        """
        if len(doc) and not all(doc.has_annotation(needed) for needed in _NEEDED):
            raise MissingPartError(
                "the claims component needs part-of-speech tags, dependencies, lemmas and entities",
                where="nlp.pipeline",
                remedy='Put "claims" after tagger, parser, lemmatizer and ner, for example into en_core_web_sm.',
            )
        given = doc._.published or doc.user_data.get("published") or self._published or dt.datetime.now(dt.UTC)
        spans = []
        for statement in self._reader.read_doc(doc, published=_instant(given), publisher=self._publisher):
            for claim in self._maker.claims_of(statement):
                span = doc.char_span(claim.start, claim.end, label="CLAIM", alignment_mode="expand")
                if span is not None:
                    span._.claim_data = as_dict(claim)
                    spans.append(span)
        doc.spans["claims"] = spans
        return doc


def as_dict(claim: ClauseClaim) -> dict[str, Any]:
    """A claim as plain values for JSON: instants as ISO 8601 texts with their zone, certainties as their names, tuples as lists."""
    plain: dict[str, Any] = _CLAIM.dump_python(claim, mode="json")
    return plain


def _claim_of(span: Span) -> ClauseClaim | None:
    return _CLAIM.validate_python(span._.claim_data) if span._.claim_data else None


def _instant(given: str | dt.datetime) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError as error:
        raise ConfigError(f"{given!r} is no instant", where="published", remedy="Write it like 2031-05-12T09:00+02:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _extend() -> None:
    """A doc carries its claims as plain values, so that it can go to another process or to disk; `claim` reads them."""
    if not Span.has_extension("claim"):
        Span.set_extension("claim_data", default=None)
        Span.set_extension("claim", getter=_claim_of)
    if not Doc.has_extension("published"):
        Doc.set_extension("published", default=None)


# Workers of `nlp.pipe(n_process=2)` and docs read from disk need the attributes before a component is made.
_extend()
