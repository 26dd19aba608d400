"""The work of spaCy's rule lemmatizer, which asks each token for four of its properties, with what is known read at once per doc.

A lemma depends on spelling, word class and form alone; what each combination leads to is remembered. tests/extract/test_attributes.py
compares every token with what the model itself gives.
"""

from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import Lemmatizer
from spacy.tokens import Doc

NAME = "claim_lemmas"
_ASKED: list[int | str] = ["ORTH", "POS", "MORPH", "LEMMA"]
# How many combinations are kept; most are of frequent words.
_KEPT = 50_000


class QuickLemmatizer:
    """Sets what a rule lemmatizer would set. Made from one, and keeps nothing but what combinations lead to."""

    def __init__(self, lemmatizer: Lemmatizer) -> None:
        self._lemmatizer = lemmatizer
        self._known: dict[tuple[int, int, int], int] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Sets the lemma of every token that has none yet."""
        found = []
        for at, (spelling, word_class, form, lemma) in enumerate(doc.to_array(_ASKED).tolist()):
            known = lemma or self._known.get((spelling, word_class, form))
            if known is None:
                if len(self._known) >= _KEPT:
                    self._known.clear()
                known = doc.vocab.strings.add(self._lemmatizer.lemmatize(doc[at])[0])
                self._known[spelling, word_class, form] = known
            found.append(known)
        if found:
            lemmas: Any = np.array(found, dtype=np.uint64).reshape(-1, 1)
            doc.from_array(["LEMMA"], lemmas)
        return doc


@Language.factory(NAME)
def make_quick_lemmatizer(nlp: Language, name: str) -> QuickLemmatizer:  # noqa: ARG001 - spaCy gives it
    """The component, made from the lemmatizer that the model has."""
    lemmatizer: Any = nlp.get_pipe("lemmatizer")
    return QuickLemmatizer(lemmatizer)


def quicken_lemmas(nlp: Language) -> None:
    """Let the quick lemmatizer work and the model's own rest, if that is one of rules that leaves alone what is set."""
    known: Any = nlp.get_pipe("lemmatizer") if "lemmatizer" in nlp.pipe_names else None
    if isinstance(known, Lemmatizer) and known.mode == "rule" and not known.overwrite:
        nlp.add_pipe(NAME, before="lemmatizer")
        nlp.disable_pipe("lemmatizer")
