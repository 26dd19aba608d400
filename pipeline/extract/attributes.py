"""The work of spaCy's attribute ruler (word classes and forms from tags), in a tenth of its time.

Its patterns ask for the tag, the relation and the spelling of one token or of two neighbours; spaCy's matcher goes through all of
them at every token. Here it is remembered what each combination leads to. tests/extract/test_attributes.py compares the two.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens._retokenize import set_token_attrs
from spacy.vocab import Vocab

NAME = "claim_attributes"
_ASKED = {"TAG": 0, "DEP": 1, "LOWER": 2, "IS_SPACE": 3}
# How many combinations are kept; most are of frequent words.
_KEPT = 50_000

Combination = tuple[int, ...]
Test = Callable[[Combination], bool]


class UnknownPatternError(Exception):
    """A pattern asks for something that this component does not know."""


@dataclass(frozen=True, slots=True)
class _Matches:
    """The rules that a token fulfils alone, and those of two tokens that it begins or ends."""

    alone: tuple[int, ...]
    first: frozenset[int]
    second: frozenset[int]


class QuickRuler:
    """Sets what an attribute ruler would set. Made from one, and keeps nothing but what combinations lead to.

    Raises:
        UnknownPatternError: A pattern of the ruler asks for something else than tag, relation and spelling of one or two tokens.
    """

    def __init__(self, vocab: Vocab, patterns: Sequence[dict[str, Any]], attrs: Sequence[dict[int, Any]]) -> None:
        self._attrs = attrs
        self._alone: list[tuple[int, Test]] = []
        self._first: list[tuple[int, Test]] = []
        self._second: list[tuple[int, Test]] = []
        # The patterns of two tokens: the rule of each, and which of the two it is for.
        self._pairs: list[tuple[int, int]] = []
        for rule, entry in enumerate(patterns):
            for pattern in entry["patterns"]:
                tests = [_test(vocab, asked) for asked in pattern]
                if len(tests) == 1 and entry["index"] in (0, -1):
                    self._alone.append((rule, tests[0]))
                elif len(tests) == 2 and entry["index"] in (0, 1):
                    self._first.append((len(self._pairs), tests[0]))
                    self._second.append((len(self._pairs), tests[1]))
                    self._pairs.append((rule, entry["index"]))
                else:
                    raise UnknownPatternError(f"a pattern of {len(tests)} tokens for token {entry['index']}")
        # All that matters of a spelling is which of the patterns' lists and expressions it is in, and there is no end of spellings.
        self._listed, self._expressions = _spellings(vocab, patterns)
        self._kinds: dict[int, int] = {}
        self._known: dict[Combination, _Matches] = {}
        self._merged: dict[tuple[int, ...], dict[int, Any]] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Sets the attributes of every token; later rules have precedence."""
        found = [self._matches(tuple(values)) for values in doc.to_array(list(_ASKED)).tolist()]
        rules = [one.alone for one in found]
        for at, (one, other) in enumerate(zip(found, found[1:], strict=False)):
            for pair in one.first & other.second if one.first and other.second else ():
                rule, index = self._pairs[pair]
                rules[at + index] = (*rules[at + index], rule)
        for token, numbers in zip(doc, rules, strict=True):
            if numbers:
                set_token_attrs(token, self._attributes(numbers))
        return doc

    def _matches(self, values: Combination) -> _Matches:
        tag, relation, spelling, space = values
        kind = self._kinds.get(spelling)
        if kind is None:
            kind = self._listed.get(spelling, 0) + sum(bit for bit, test in self._expressions if test(values))
            if len(self._kinds) >= _KEPT:
                self._kinds.clear()
            self._kinds[spelling] = kind
        combination = tag, relation, kind, space
        known = self._known.get(combination)
        if known is None:
            known = _Matches(
                tuple(rule for rule, test in self._alone if test(values)),
                frozenset(pair for pair, test in self._first if test(values)),
                frozenset(pair for pair, test in self._second if test(values)),
            )
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[combination] = known
        return known

    def _attributes(self, rules: tuple[int, ...]) -> dict[int, Any]:
        merged = self._merged.get(rules)
        if merged is None:
            merged = {}
            for rule in sorted(set(rules)):
                merged |= self._attrs[rule]
            self._merged[rules] = merged
        return merged


def _spellings(vocab: Vocab, patterns: Sequence[dict[str, Any]]) -> tuple[dict[int, int], list[tuple[int, Test]]]:
    """A bit per question that patterns ask of a spelling: added up for those that are listed, and with its test for an expression."""
    asked = (one["LOWER"] for entry in patterns for pattern in entry["patterns"] for one in pattern if "LOWER" in one)
    listed: dict[int, int] = defaultdict(int)
    expressions = []
    for number, wanted in enumerate({repr(wanted): wanted for wanted in asked}.values()):
        if isinstance(wanted, dict) and "REGEX" in wanted:
            expressions.append((1 << number, _part(vocab, "LOWER", wanted)))
        else:
            for one in next(iter(wanted.values())) if isinstance(wanted, dict) else [wanted]:
                listed[vocab.strings.add(one)] |= 1 << number
    return dict(listed), expressions


def _test(vocab: Vocab, asked: dict[str, Any]) -> Test:
    parts = [_part(vocab, name, wanted) for name, wanted in asked.items()]
    return lambda values: all(part(values) for part in parts)


def _part(vocab: Vocab, name: str, wanted: Any) -> Test:
    if name not in _ASKED or (isinstance(wanted, dict) and (len(wanted) != 1 or not wanted.keys() <= {"IN", "NOT_IN", "REGEX"})):
        raise UnknownPatternError(f"{name} {wanted}")
    column = _ASKED[name]
    how, value = next(iter(wanted.items())) if isinstance(wanted, dict) else ("IN", [wanted])
    if how == "REGEX":
        expression = re.compile(str(value))
        return lambda values: bool(expression.search(vocab.strings[values[column]]))
    numbers = frozenset(int(one) if isinstance(one, bool) else vocab.strings.add(one) for one in value)
    return (lambda values: values[column] in numbers) if how == "IN" else (lambda values: values[column] not in numbers)


@Language.factory(NAME)
def make_quick_ruler(nlp: Language, name: str) -> QuickRuler:  # noqa: ARG001 - spaCy gives it
    """The component, made from the attribute ruler that the model has."""
    ruler: Any = nlp.get_pipe("attribute_ruler")
    return QuickRuler(nlp.vocab, ruler.patterns, ruler.attrs)


def quicken(nlp: Language) -> None:
    """Put the quick ruler in the place of the model's own, if it has one and all its patterns are known."""
    if "attribute_ruler" in nlp.pipe_names:
        try:
            nlp.add_pipe(NAME, before="attribute_ruler")
        except UnknownPatternError:
            return
        nlp.remove_pipe("attribute_ruler")
