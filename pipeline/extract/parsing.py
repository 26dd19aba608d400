"""Paragraphs -> docs. What was parsed before is not parsed again: half of a day's news are copies of agency paragraphs.

Only the very same text is the same paragraph: a copy with one changed number is exactly what the watches are after.
"""

import functools
from collections import OrderedDict
from collections.abc import Iterable

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.extract.paragraphs import Paragraph, split_paragraphs
from pipeline.model import Article

# How many tokens are kept at most, those of some sixty articles; a token takes close to a kilobyte (python -m tests.bench --parts memory).
MOST = 50_000
# Paragraphs that the model sees at once: beyond this it is no quicker, and takes more memory (docs/performance.md).
_BATCH = 64


class Parser:
    """A language model with the docs that it made last. Docs are shared: nobody may change one."""

    def __init__(self, nlp: Language, most: int = MOST) -> None:
        self._nlp, self._most = nlp, most
        self._docs: OrderedDict[str, Doc] = OrderedDict()
        self._tokens = 0

    def parse(self, texts: Iterable[str]) -> list[Doc]:
        """The docs of some paragraphs, in their order. All that are not known go to the model at once, each text once."""
        wanted = list(texts)
        found = {text: self._docs[text] for text in wanted if text in self._docs}
        missing = [text for text in dict.fromkeys(wanted) if text not in found]
        for text, doc in zip(missing, self._nlp.pipe(missing, batch_size=_BATCH) if missing else (), strict=True):
            # The vectors of the words are the bulk of a doc, and only the components of the model read them.
            doc.tensor = doc.tensor[:0].copy()
            found[text] = doc
        for text in found:
            if text not in self._docs:
                self._tokens += len(found[text])
            self._docs[text] = found[text]
            self._docs.move_to_end(text)
        if missing:
            self._forget(len(found))
        return [found[text] for text in wanted]

    def _forget(self, newest: int) -> None:
        """Let go of the oldest, but of nothing that was asked for just now: a batch is read as a whole, however long it is."""
        while self._tokens > self._most and len(self._docs) > newest:
            self._tokens -= len(self._docs.popitem(last=False)[1])


@functools.lru_cache(maxsize=64)
def paragraphs_of(article: Article) -> tuple[Paragraph, ...]:
    """The paragraphs of an article; they are asked for when a batch is prepared, and again when it is read."""
    return split_paragraphs(article.text, title=article.title, language=article.language)
