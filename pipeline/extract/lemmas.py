"""Which lemmas a word can have, told without parsing: the tables of the model's lemmatizer, for every part of speech at once."""

import functools
from collections.abc import Callable

from spacy.language import Language
from spacy.pipeline import Lemmatizer


def possible_lemmas(nlp: Language) -> Callable[[str], frozenset[str]]:
    """A function from a word to every lemma that the model's rules and exceptions allow for it, itself (in lower case) among them."""
    lemmatizer = nlp.get_pipe("lemmatizer")
    tables = lemmatizer.lookups if isinstance(lemmatizer, Lemmatizer) else None
    exceptions = tuple(tables.get_table("lemma_exc", {}).values()) if tables is not None else ()
    rules = tuple(tables.get_table("lemma_rules", {}).values()) if tables is not None else ()

    @functools.lru_cache(maxsize=50_000)
    def lemmas(word: str) -> frozenset[str]:
        lower = word.lower()
        found = {lower}
        for table in exceptions:
            found.update(table.get(lower, ()))
        for pairs in rules:
            found.update(lower[: len(lower) - len(old)] + new for old, new in pairs if lower.endswith(old))
        return frozenset(found)

    return lemmas
