"""What a clause says happens: its verb, particle verb or noun, the class of that, and how far it has come."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language.predicates import PredicateClass, Predicates
from pipeline.statements import PredicateMention, Word

_SUBJECTS = ("nsubj", "nsubjpass")
_OBJECTS = ("dobj", "attr", "oprd")
_MAX_CHAIN = 4


@dataclass(frozen=True, slots=True)
class Predication:
    """A clause's predicate. `at` is the word that tells how it stands (certainty, negation), `theme` what it is about (-1: none).

    `axis` is what a class and its opposite share; `lasting` says that a state is named, `known` that the lexicon has it.
    """

    mention: PredicateMention
    at: int
    theme: int
    axis: str
    lasting: bool
    known: bool


class Tree:
    """The words of a statement with their children and the words of each clause; aspect verbs belong to what they govern."""

    def __init__(self, words: Sequence[Word], predicates: Predicates) -> None:
        self.words = words
        self.children: dict[int, list[int]] = defaultdict(list)
        for index, word in enumerate(words):
            if word.head != index:
                self.children[word.head].append(index)
        merged = {
            index: word.head
            for index, word in enumerate(words)
            if word.dep == "xcomp" and word.clause == index and words[word.head].lemma.lower() in predicates.aspects
        }
        self.members: dict[int, list[int]] = defaultdict(list)
        for index, word in enumerate(words):
            root = word.clause
            for _ in range(_MAX_CHAIN):
                if root not in merged:
                    break
                root = words[merged[root]].clause
            self.members[root].append(index)

    def child(self, index: int, *deps: str) -> int:
        """The first child with one of these relations, -1 if there is none."""
        return next((kid for kid in self.children[index] if self.words[kid].dep in deps), -1)

    def main_verb(self, root: int) -> int:
        """ "Aims to begin leaving" -> "leaving": the verb that says what happens."""
        inside = set(self.members[root])
        for _ in range(_MAX_CHAIN):
            deeper = self.child(root, "xcomp")
            if deeper not in inside or not self.words[deeper].tag.startswith("VB"):
                break
            root = deeper
        return root

    def subject(self, root: int, verb: int) -> int:
        """The subject of a clause; of a second verb, that of the first; of a relative clause, the noun before it. -1 for none."""
        for _ in range(_MAX_CHAIN):
            for node in (verb, root):
                found = self.child(node, *_SUBJECTS)
                if found >= 0 and self.words[found].tag not in ("WDT", "WP"):
                    return found
            word = self.words[root]
            if word.dep in ("relcl", "acl"):
                return word.head
            if word.dep not in ("conj", "advcl", "xcomp") or word.head == root:
                return -1
            root = verb = word.head
        return -1


def predication(tree: Tree, root: int, predicates: Predicates) -> Predication | None:
    """The predicate of the clause at `root`, or None where it has neither a verb nor a known noun."""
    words, verb = tree.words, tree.main_verb(root)
    if not words[verb].tag.startswith("VB"):
        return None
    lemma, known, upto = _verb(tree, verb, predicates)
    subject, obj = tree.subject(root, verb), tree.child(verb, *_OBJECTS)
    passive = tree.child(verb, "nsubjpass") >= 0 or (tree.child(verb, "auxpass") >= 0 and obj < 0)
    theme = obj if obj >= 0 else subject
    aspect = _aspect(tree, root, verb, predicates)
    theme = _counted(tree, theme, predicates)
    noun = predicates.nouns.get(words[theme].lemma.lower()) if theme >= 0 and words[theme].tag.startswith("NN") else None
    if lemma == "be":
        return _copular(tree, verb, subject, predicates) or _plain(verb, lemma, upto, subject, aspect)
    if noun is not None and lemma in predicates.aspects and (obj >= 0 or passive or subject >= 0):
        return _of_noun(tree, theme, noun, predicates.aspects[lemma], at=verb)
    if noun is not None and obj >= 0 and lemma in predicates.carriers:
        return _of_noun(tree, theme, noun, "begun" if lemma == "launch" else aspect)
    if known is None:
        return _plain(verb, lemma, upto, theme, aspect)
    mention = PredicateMention(at=verb, upto=upto, lemma=lemma, group=known.id, opposite=known.opposite, aspect=aspect)
    return Predication(mention=mention, at=verb, theme=theme, axis=known.axis, lasting=known.lasting, known=True)


def _counted(tree: Tree, theme: int, predicates: Predicates) -> int:
    """ "The third round of talks" is about talks."""
    if theme < 0 or tree.words[theme].lemma.lower() not in predicates.counted:
        return theme
    of = next((kid for kid in tree.children[theme] if tree.words[kid].text.lower() == "of"), -1)
    inner = tree.child(of, "pobj") if of >= 0 else -1
    return inner if inner >= 0 else theme


def _verb(tree: Tree, verb: int, predicates: Predicates) -> tuple[str, PredicateClass | None, int]:
    """The verb with the particle, preposition or adjective that makes another verb of it."""
    kids = [kid for kid in tree.children[verb] if kid > verb and tree.words[kid].dep in ("prt", "prep", "advmod", "oprd", "acomp", "dobj")]
    kids.sort(key=lambda kid: tree.words[kid].dep != "prt")
    for kid in kids:
        lemma, known = predicates.verb(tree.words[verb].lemma.lower(), (tree.words[kid].lemma.lower(),))
        if known is not None and " " in lemma:
            return lemma, known, kid + 1 if kid == verb + 1 else verb + 1
    lemma, known = predicates.verb(tree.words[verb].lemma.lower())
    particle = next((kid for kid in kids if tree.words[kid].dep == "prt"), -1)
    if particle >= 0 and f"{lemma} {tree.words[particle].lemma.lower()}" in predicates.aspects:
        return f"{lemma} {tree.words[particle].lemma.lower()}", known, verb + 1
    # "hold up" unknown as such must not count as "hold": another particle makes another verb.
    return (f"{lemma} {tree.words[particle].lemma.lower()}", None, verb + 1) if particle >= 0 else (lemma, known, verb + 1)


def _aspect(tree: Tree, root: int, verb: int, predicates: Predicates) -> str:
    node = verb
    while node != root and node != tree.words[node].head:
        node = tree.words[node].head
        aspect = predicates.aspects.get(tree.words[node].lemma.lower())
        if aspect:
            return aspect
    helpers = {tree.words[kid].lemma.lower() for kid in tree.children[verb] if tree.words[kid].dep in ("aux", "auxpass")}
    if tree.words[verb].tag == "VBG" and "be" in helpers:
        return "under way"
    modal = any(tree.words[kid].tag in ("MD", "TO") for kid in tree.children[verb])
    return "completed" if "have" in helpers and not modal and not tree.words[verb].negated else ""


def _copular(tree: Tree, verb: int, subject: int, predicates: Predicates) -> Predication | None:
    """ "The crossing is closed", "the withdrawal is over", "there was an explosion"."""
    words = tree.words
    kid = tree.child(verb, "acomp", "attr", "advmod", "prep")
    if kid < 0:
        return None
    text = words[kid].text.lower()
    phrase = " ".join(word.text.lower() for word in words[kid : kid + 2])
    noun = predicates.nouns.get(words[subject].lemma.lower()) if subject >= 0 else None
    stage = predicates.stages.get(text) or predicates.stages.get(phrase)
    if stage and noun is not None:
        return _of_noun(tree, subject, noun, stage, at=verb)
    known = predicates.adjectives.get(text)
    if known is not None:
        mention = PredicateMention(at=kid, upto=kid + 1, lemma=text, group=known.id, opposite=known.opposite)
        return Predication(mention=mention, at=kid, theme=subject, axis=known.axis, lasting=True, known=True)
    there = tree.child(verb, "expl") >= 0
    named = predicates.nouns.get(words[kid].lemma.lower())
    return _of_noun(tree, kid, named, "") if there and named is not None else None


def _of_noun(tree: Tree, noun: int, known: PredicateClass, aspect: str, at: int = -1) -> Predication:
    of = next((kid for kid in tree.children[noun] if tree.words[kid].text.lower() == "of"), -1)
    theme = tree.child(of, "pobj") if of >= 0 else -1
    lemma = tree.words[noun].lemma.lower()
    mention = PredicateMention(at=noun, upto=noun + 1, lemma=lemma, group=known.id, opposite=known.opposite, aspect=aspect)
    lasting = bool(aspect) or known.lasting
    return Predication(mention=mention, at=noun if at < 0 else at, theme=theme, axis=known.axis, lasting=lasting, known=True)


def _plain(verb: int, lemma: str, upto: int, theme: int, aspect: str) -> Predication:
    mention = PredicateMention(at=verb, upto=upto, lemma=lemma, group=lemma, aspect=aspect)
    return Predication(mention=mention, at=verb, theme=theme, axis=lemma, lasting=False, known=False)
