"""Claims for any spaCy user: `nlp.add_pipe("claims")`, results in `doc.spans["claims"]` and `span._.claim`."""

import datetime as dt

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.config import load_language
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.statements import Statement


@Language.factory(
    "claims",
    assigns=["doc.spans"],
    requires=["token.dep", "token.tag", "token.lemma", "doc.ents"],
    default_config={"published": "", "publisher": "unknown"},
)
def make_claims(nlp: Language, name: str, published: str, publisher: str) -> "ClaimFinder":
    """The component. `published` is the ISO 8601 instant with zone that relative dates refer to ("" for now, UTC)."""
    moment = dt.datetime.fromisoformat(published) if published else dt.datetime.now(dt.UTC)
    return ClaimFinder(nlp, moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC), publisher)


class ClaimFinder:
    """Puts every sentence that says something comparable (a date, a number, somebody's words) into `doc.spans["claims"]`."""

    def __init__(self, nlp: Language, published: dt.datetime, publisher: str) -> None:
        vocabulary = load_language()
        self._published, self._publisher = published, publisher
        self._reader = Reader(nlp, Names(vocabulary.entities), vocabulary)
        if not Span.has_extension("claim"):
            Span.set_extension("claim", default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Adds the spans; everything else of the doc stays as it is."""
        spans = []
        for statement in self._reader.read_doc(doc, published=self._published, publisher=self._publisher):
            span = doc.char_span(statement.start, statement.end, label="CLAIM", alignment_mode="expand")
            if span is not None and (statement.voice.attributed or statement.dates or statement.quantities):
                span._.claim = _slots(statement)
                spans.append(span)
        doc.spans["claims"] = spans
        return doc


def _slots(statement: Statement) -> dict[str, object]:
    root = next((word for word in statement.words if word.dep == "ROOT"), None)
    return {
        "speaker": statement.voice.speaker,
        "institution": statement.voice.institution,
        "carrier": statement.voice.carrier,
        "cue": statement.voice.cue,
        "attributed": statement.voice.attributed,
        "said_at": statement.said_at.isoformat(),
        "certainty": root.certainty.value if root else "fact",
        "negated": bool(root and root.negated),
        "dates": [date.text for date in statement.dates],
        "quantities": [number.text for number in statement.quantities],
    }
