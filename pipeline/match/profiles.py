"""Whose number is it? How much a sentence speaks of one question rather than of its sisters in the same watch.

Two questions that take the same kind of answer ("share who voted for a strike", "share who voted on the deal") are told
apart by the words the analyst chose: the id, `asks`, `of`, `subject` and the cues. A word that many questions share says
little (inverse document frequency over the questions of the watch, as in Spärck Jones 1972).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.language.phrases import stem
from pipeline.watches import Question, Watch

# Words of a question that ask and do not name.
_ASKING = frozenset(
    "a an the is are was were be been do does did has have had what which who whom whose when where why how many much long far of in on at "
    "by to for from with and or not no its it their there this that they he she will would can could should must any new next until till "
    "than as if date status number count share state".split()
)


def asked_words(question: Question, watch: Watch | None) -> tuple[str, ...]:
    """The words of `asks` that say what is asked and are not the subject: "Does the dam hold?" -> "hold".

    Args:
        question: The question.
        watch: Its watch, whose subject asks nothing; None where the watch's words count, too.
    """
    general = watch.subject if watch is not None else ()
    known = {stem(word) for phrase in (*question.subject, *general, *question.who, *question.of) for word in phrase.split()}
    words = re.findall(r"[^\W\d_]+", question.asks.lower())
    return tuple(dict.fromkeys(word for word in words if word not in _ASKING and len(word) > 2 and stem(word) not in known))


class Profiles:
    """The weighted words of every question of one watch."""

    def __init__(self, watch: Watch) -> None:
        words = {question.id: frozenset(_own_words(question)) for question in watch.questions}
        spread = Counter(word for own in words.values() for word in own)
        total = len(watch.questions)
        self._weights: Mapping[str, Mapping[str, float]] = {
            name: {word: math.log(1 + total / spread[word]) for word in own} for name, own in words.items()
        }

    def fit(self, question: str, stems: Iterable[str]) -> float:
        """How much words of a sentence speak of a question: the summed weight of those that are the question's own.

        Args:
            question: Its id.
            stems: Stems (`phrases.stem`) of the words of a clause or sentence.
        """
        weights = self._weights[question]
        return sum(weights.get(one, 0.0) for one in set(stems))

    def share(self, one: str, other: str) -> bool:
        """True if two questions have a word in common: the launch that is scrubbed and the day of the launch."""
        return not self._weights[one].keys().isdisjoint(self._weights[other])

    def knows(self, question: str, word: str) -> bool:
        """True if a word's stem is among the question's own."""
        return stem(word) in self._weights[question]


def _own_words(question: Question) -> Iterable[str]:
    phrases = (question.id.replace("-", " ").replace("_", " "), question.asks, *question.of, *question.subject)
    cues = (word for cue in question.cues for word in cue.words)
    for phrase in (*phrases, *cues):
        for word in re.findall(r"[^\W\d_]+", phrase.lower()):
            if word not in _ASKING and len(word) > 2:
                yield stem(word)
