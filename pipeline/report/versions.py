"""The versions of one article -> what was edited from each to the next, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.model import ArticleVersion
from pipeline.report.plain import printable
from pipeline.report.wording import Piece, word_differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a version changed. `title` is empty where the title stayed; `paragraphs` are the edited ones, in order of the text."""

    old: ArticleVersion
    new: ArticleVersion
    title: tuple[Piece, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]


def version_edits(versions: Sequence[ArticleVersion]) -> tuple[Edit, ...]:
    """The edits that lead from each version of an article to the next.

    Args:
        versions: All of one article, in order (`pipeline.store.articles.all_versions`).
    """
    return tuple(_edit(old, new) for old, new in zip(versions, versions[1:], strict=False))


def _edit(old: ArticleVersion, new: ArticleVersion) -> Edit:
    one, other = printable(old.article.title), printable(new.article.title)
    return Edit(
        old=old,
        new=new,
        title=() if one == other else word_differences(one, other),
        paragraphs=tuple(_paragraph_edits(old.article.text, new.article.text)),
    )


def _paragraph_edits(old: str, new: str) -> Iterator[tuple[Piece, ...]]:
    """Paragraphs are compared in pairs as far as they go: words are only compared with what stood in their place."""
    one, other = _paragraphs(old), _paragraphs(new)
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = one[old_start:old_end], other[new_start:new_end]
        if len(gone) == len(come):
            yield from (word_differences(before, after) for before, after in zip(gone, come, strict=True))
        else:
            yield word_differences("\n\n".join(gone), "\n\n".join(come))


def _paragraphs(text: str) -> list[str]:
    return [printable(part.strip()) for part in re.split(r"\n\s*\n|\n", text) if part.strip()]
