"""Seeded open statements in any number, and two sets of queries: near paraphrases, and ones with 40 % of their words gone.

Names and words are drawn by Zipf's law from pools that grow with the square root of the number of statements, as a newspaper's
do. The words mean nothing; real news has hotter names and more near-duplicates, so recall here is an upper bound.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_SYLLABLES = "ba ko ri tu mel san dor vik lan pe gro shi mar ost nel fa zu hin cor wes tal".split()
_ROLES = ("state", "whether", "date", "quantity", "place", "end")
SEED = 8


@dataclass(frozen=True, slots=True)
class Made:
    """A sentence with its keys; `words` are pairs of a word and the keys that go if it goes."""

    words: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def sentence(self) -> str:
        """The words in a row."""
        return " ".join(word for word, _ in self.words) + "."

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, each once."""
        return tuple(dict.fromkeys(key for _, keys in self.words for key in keys))


class Pool:
    """Words of one kind, the first ones by far the most frequent."""

    def __init__(self, chance: random.Random, size: int, *, capital: bool = False) -> None:
        self._chance = chance
        found: dict[str, None] = {}
        while len(found) < size:
            word = "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4)))
            found[word.capitalize() if capital else word] = None
        self._words = list(found)
        self._weights = list(accumulate(1 / (place + 3) for place in range(size)))

    def draw(self, number: int = 1) -> list[str]:
        """Some words, with replacement."""
        return self._chance.choices(self._words, cum_weights=self._weights, k=number)


def make_statements(number: int, seed: int = SEED) -> Iterator[Made]:
    """That many statements, always the same for one seed and number."""
    chance = random.Random(seed)
    root = int(number**0.5)
    names, things = Pool(chance, 300 + 20 * root, capital=True), Pool(chance, 400 + 12 * root)
    verbs, others = Pool(chance, 250), Pool(chance, 1_500 + 20 * root)
    for _ in range(number):
        who, verb, thing, role = names.draw()[0], verbs.draw()[0], things.draw()[0], chance.choice(_ROLES)
        where, rest = names.draw()[0], others.draw(chance.randint(6, 11))
        amount = str(chance.randint(2, 900))
        words = [
            (who, (f"e:{who}", f"x:{verb}/{who}")),
            (verb, (f"p:{verb}", f"r:{verb}/{role}")),
            (amount, (f"w:{amount}",)),
            (thing, (f"w:{thing}", f"s:{verb}/{thing}")),
            ("in", ()),
            (where, (f"e:{where}",)),
            *((word, (f"w:{word}",)) for word in rest),
        ]
        yield Made(tuple(words))


def near(made: Made, chance: random.Random) -> Made:
    """The clause first or last, a lead-in before it, one word in ten replaced."""
    words = [
        (word, keys) if chance.random() > 0.1 else (chance.choice(_SYLLABLES) * 2, ()) for word, keys in made.words
    ]
    cut = chance.randint(1, len(words) - 1)
    lead = [("officials", ("w:offici",)), ("said", ())] if chance.random() < 0.5 else []
    return Made((*lead, *words[cut:], *words[:cut]))


def heavy(made: Made, chance: random.Random) -> Made:
    """A near paraphrase with 40 % of its words gone, and their keys with them."""
    words = list(near(made, chance).words)
    kept = sorted(chance.sample(range(len(words)), max(3, round(0.6 * len(words)))))
    return Made(tuple(words[place] for place in kept))
