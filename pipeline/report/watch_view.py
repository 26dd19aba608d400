"""What watches make of an article, sentence by sentence: which question it answers with what weight, and why others passed."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.plain import printable

_INDENT = "      "
_LONGEST_ANSWER = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """One question before one sentence.

    `weight` is 0 to 1; `answer` the words of the answer it would give, "" where the sentence has none; `taken` says that a
    claim was made of it, `doubtful` that the claim is tentative. `why` tells why it passed, "" where it was taken.
    """

    question: str
    weight: float
    answer: str
    taken: bool
    doubtful: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceOnWatch:
    """A sentence with the words of it that hit (what for, and the phrase) and its chances; `note` says why it is left out whole."""

    sentence: str
    hits: tuple[tuple[str, tuple[str, ...]], ...]
    chances: tuple[Chance, ...]
    note: str = ""

    @property
    def taken(self) -> bool:
        """True if it answers a question."""
        return any(chance.taken for chance in self.chances)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchView:
    """One watch on one article. `off` says why the whole article is not on it, "" if it is."""

    title: str
    off: str
    sentences: tuple[SentenceOnWatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleOnWatches:
    """One article with what each watch makes of it."""

    name: str
    title: str
    views: tuple[WatchView, ...]


def render_watch_views(articles: Sequence[ArticleOnWatches], *, needed: float, width: int) -> str:
    """The views as text: under every sentence the questions that it answers, then those that passed, with the reason.

    Args:
        articles: What to show.
        needed: The weight from which on a sentence answers a question.
        width: Columns.
    """
    lines: list[str] = []
    for article in printable(tuple(articles)):
        lines += [article.title or article.name, *([f"({article.name})"] if article.title else [])]
        for view in article.views:
            taken = sum(sentence.taken for sentence in view.sentences)
            answered = f"{taken} of {len(view.sentences)} sentences answer its questions (a weight of {needed} is needed)"
            summary = f"not on it: {view.off}" if view.off else answered
            lines += ["", f"watch {view.title}: {summary}"]
            for sentence in view.sentences:
                lines += _sentence(sentence, max(width, 40))
        lines.append("")
    return "\n".join(lines)


def _sentence(sentence: SentenceOnWatch, width: int) -> list[str]:
    lines = textwrap.wrap(sentence.sentence, width, initial_indent="  ", subsequent_indent="  ")
    if sentence.hits:
        words = "; ".join(f"{use}: {', '.join(phrases)}" for use, phrases in sentence.hits)
        lines += textwrap.wrap(f"words that hit: {words}", width, initial_indent=_INDENT, subsequent_indent=_INDENT)
    if sentence.note:
        return [*lines, f"{_INDENT}{sentence.note}"]
    for chance in sorted(sentence.chances, key=lambda item: (not item.taken, -item.weight)):
        if chance.answer:
            sign = "→" if chance.taken else "·"
            note = f"(weight {chance.weight:.2f}{', doubtful' if chance.doubtful else ''})" if chance.taken else f"passed, {chance.why}"
            lines += _wrapped(f"{sign} {chance.question}: {_short(chance.answer)} {note}", width)
    reasons: dict[str, list[str]] = {}
    for chance in sentence.chances:
        if not chance.answer:
            reasons.setdefault(chance.why, []).append(chance.question)
    # The reasons, each with its questions, so that a long watch stays readable.
    return [*lines, *(line for why, questions in reasons.items() for line in _wrapped(f"· {why}: {', '.join(questions)}", width))]


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width, initial_indent="    ", subsequent_indent=_INDENT, break_on_hyphens=False)


def _short(answer: str) -> str:
    return answer if len(answer) <= _LONGEST_ANSWER else f"{answer[: _LONGEST_ANSWER - 1]}…"
