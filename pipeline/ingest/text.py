"""Text of strangers -> text as it is stored, and the language it is written in."""

import functools
import unicodedata
from typing import Any

# Fewer letters than this say little about a language.
_ENOUGH_LETTERS = 60
_SURE = 0.9
_LOOKED_AT = 3_000
# The longest names of days and months with a clock time and a zone fit in; what is longer is no date.
_LONGEST_DATE = 80


def clean_text(text: str) -> str:
    """Text as it is stored: NFC, line feeds only, no control characters, no blanks at line ends; else verbatim."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    normal = "".join(character for character in normal if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"))
    return "\n".join(line.rstrip() for line in normal.split("\n")).strip("\n")


def date_words(text: str) -> str:
    """The words of a date as they are stored: one line, as long as a date can be."""
    return " ".join(clean_text(text[: _LONGEST_DATE * 10]).split())[:_LONGEST_DATE]


def language_of(text: str, declared: str = "") -> str:
    """The ISO 639-1 code of a text's language.

    Args:
        text: The text.
        declared: What its page or feed says ("en-GB"); believed where the text is too short to tell.
    """
    said = declared.strip().lower()[:2]
    if sum(character.isalpha() for character in text[:_LOOKED_AT]) < _ENOUGH_LETTERS:
        return said or "en"
    code, sureness = _identifier().classify(text[:_LOOKED_AT])
    return str(code) if sureness >= _SURE or not said else said


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
