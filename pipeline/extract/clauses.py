"""Certainty, negation and tense at every word, taken where the cue stands and not for the sentence as a whole.

A word takes what its own verb says ("may collapse") and what governs that verb ("is expected to collapse", "denied that it
had collapsed"), up to the verb of saying, which adds nothing but denial. Source of the values: docs/glossary.md.
"""

from dataclasses import dataclass

from pipeline.extract.nodes import Node
from pipeline.model import Certainty

_RANK = {
    Certainty.FACT: 0,
    Certainty.ORDERED: 1,
    Certainty.PROMISED: 2,
    Certainty.PLANNED: 3,
    Certainty.EXPECTED: 4,
    Certainty.DEMANDED: 5,
    Certainty.POSSIBLE: 6,
    Certainty.UNKNOWN: 7,
    Certainty.CONDITIONAL: 8,
    Certainty.DENIED: 9,
}
_MODALS = {
    "will": Certainty.PLANNED,
    "shall": Certainty.PLANNED,
    "'ll": Certainty.PLANNED,
    "wo": Certainty.PLANNED,
    "would": Certainty.PLANNED,
    "may": Certainty.POSSIBLE,
    "might": Certainty.POSSIBLE,
    "could": Certainty.POSSIBLE,
    "can": Certainty.POSSIBLE,
    "ca": Certainty.POSSIBLE,
    "must": Certainty.DEMANDED,
    "should": Certainty.DEMANDED,
    "ought": Certainty.DEMANDED,
    "need": Certainty.DEMANDED,
}
_GOVERNORS = {
    Certainty.ORDERED: "order command instruct direct decree mandate".split(),
    Certainty.PLANNED: "plan intend aim schedule set slate target due decide prepare want arrange propose".split(),
    Certainty.PROMISED: "promise vow pledge commit undertake guarantee swear agree".split(),
    Certainty.EXPECTED: "expect anticipate forecast predict project hope estimate".split(),
    Certainty.DEMANDED: (
        "demand urge call ask request insist_on require recommend appeal press advise apply seek petition plead beg sue".split()
    ),
    Certainty.POSSIBLE: (
        "consider mull weigh threaten fear suggest seem appear likely possible risk believe suspect allege think like wish".split()
    ),
    Certainty.DENIED: "deny refuse fail decline reject rule_out stop_short unable".split(),
}
_BY_LEMMA = {lemma: certainty for certainty, lemmas in _GOVERNORS.items() for lemma in lemmas}
_HEDGES = frozenset("perhaps maybe possibly probably reportedly apparently allegedly presumably likely".split())
_CONDITIONS = frozenset(("if", "unless", "provided", "providing", "once", "should"))
_NEGATORS = frozenset(("not", "n't", "no", "never", "neither", "nor", "without", "nobody", "none", "nothing", "hardly", "nowhere"))
_VERBS = frozenset(("VERB", "AUX"))
_CLAUSES = frozenset(("ROOT", "ccomp", "advcl", "relcl", "conj", "parataxis", "acl", "csubj", "pcomp", "xcomp", "csubjpass", "dep"))
_LIGHT = frozenset("have need be seem appear continue aim plan expect intend hope want go set schedule due use tend fail".split())
_DROPPERS = frozenset("abandon drop scrap shelve cancel forgo give_up call_off rule_out put_off axe ditch".split())
_PREVENTERS = frozenset("prevent bar block ban prohibit stop keep refrain deter dissuade discourage".split())
_AVERTERS = frozenset("prevent avert avoid".split())
_ASIDE = frozenset(("without",))
_QUESTIONS = frozenset("how when whether where why what who which if".split())
_SUBJECTS = frozenset(("nsubj", "nsubjpass", "expl"))
_MAX_CLIMB = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """How a word stands: its certainty, whether it is negated, its tense and the index of its clause's head token."""

    certainty: Certainty
    negated: bool
    tense: str
    clause: int


class Standings:
    """How the words of one sentence stand. What a verb does to what hangs below it is worked out once.

    Args:
        speech: Indexes of the verbs of saying; nothing above them colours what is said.
    """

    def __init__(self, speech: frozenset[int]) -> None:
        self._speech = speech
        self._from: dict[tuple[int, int], tuple[Certainty, bool]] = {}
        self._tenses: dict[int, str] = {}
        self._plain: dict[int, Certainty] = {}

    def of(self, node: Node) -> Standing:
        """How one word stands."""
        clause = clause_head(node)
        certainty, negated = self._above(node)
        negated = negated or certainty is Certainty.DENIED or _has_negator(node)
        if clause.i not in self._tenses:
            self._tenses[clause.i] = tense_of(clause)
        return Standing(certainty=certainty, negated=negated, tense=self._tenses[clause.i], clause=_predicate(clause).i)

    def _above(self, node: Node) -> tuple[Certainty, bool]:
        """Certainty and negation of everything from a word up to its root or to the verb of saying above it."""
        path: list[tuple[Node, Node | None]] = [(node, None)]
        known: tuple[Certainty, bool] | None = None
        while not self._ends(*path[-1]):
            below = path[-1][0]
            known = self._from.get((below.head.i, below.i))
            if known is not None:
                break
            path.append((below.head, below))
        certainty, negated = known or (Certainty.FACT, False)
        for here, child in reversed(path):
            # "May dismiss the appeal or quash the verdict": what a verb of saying is joined with is not what it says.
            said = here.i in self._speech and child is not None and child.dep_ != "conj"
            own = _governed(here, child) if said else self._own(here, child)
            certainty = max(own, certainty, key=_RANK.__getitem__)
            if not said and (here.pos_ in _VERBS or here.dep_ == "ROOT") and not _is_apart(here, child, negated=True):
                negated = negated or _has_negator(here, below=child)
            if child is not None:
                self._from[here.i, child.i] = certainty, negated
        return certainty, negated

    def _own(self, node: Node, child: Node | None) -> Certainty:
        """What a word adds for what hangs below it through `child` (None: for itself)."""
        if not node.children or _is_apart(node, child):
            return Certainty.FACT
        if node.i not in self._plain:
            self._plain[node.i] = _plain_certainty(node)
        return max(self._plain[node.i], _through(node, child), _governed(node, child), key=_RANK.__getitem__)

    def _ends(self, node: Node, child: Node | None) -> bool:
        return node.dep_ == "ROOT" or node.head is node or (node.i in self._speech and child is not None)


def _predicate(clause: Node) -> Node:
    """ "May have to wait", "aims to launch": one predicate, although the parser sees two clauses."""
    while clause.dep_ == "xcomp" and clause.head.lemma_.lower() in _LIGHT:
        clause = clause_head(clause.head)
    return clause


def clause_head(token: Node) -> Node:
    """The verb (or the root) whose clause the token belongs to."""
    node = token
    for _ in range(_MAX_CLIMB):
        if node.dep_ == "ROOT" or (node.pos_ in _VERBS and node.dep_ in _CLAUSES):
            return node
        node = node.head
    return node


def tense_of(verb: Node) -> str:
    """past, present, future, pluperfect, or "" where there is no verb. "To leave" and "should leave" are future."""
    helpers = {child.lower_: child for child in verb.children if child.dep_ in ("aux", "auxpass")}
    tags = {child.tag_ for child in helpers.values()} | {verb.tag_}
    if "MD" in tags or "to" in helpers:
        return "future"
    if verb.dep_ == "conj" and verb.tag_ in ("VB", "VBN") and not helpers and verb.head.pos_ in _VERBS:
        return tense_of(verb.head)
    if {"had", "'d"} & helpers.keys() and verb.tag_ in ("VBN", "VBD"):
        return "pluperfect"
    if {"have", "has", "'ve", "'s"} & helpers.keys() and verb.tag_ in ("VBN", "VBD") and not {"is", "are"} & helpers.keys():
        return "past"
    if "VBD" in tags or (verb.tag_ == "VBN" and not helpers):
        return "past"
    if tags & {"VBZ", "VBP", "VBG", "VBN"}:
        return "present"
    return "future" if verb.tag_ == "VB" else ""


def _plain_certainty(node: Node) -> Certainty:
    """What a word adds for all that hangs below it."""
    kids = node.children
    found = [Certainty.FACT]
    lowers = {kid.lower_ for kid in kids if kid.dep_ in ("aux", "auxpass", "mark", "advmod", "neg")}
    for kid in kids:
        if kid.dep_ in ("aux", "auxpass") and kid.lower_ in _MODALS:
            found.append(_MODALS[kid.lower_])
    if lowers & _HEDGES:
        found.append(Certainty.POSSIBLE)
    if any(kid.dep_ == "mark" and kid.lower_ in _CONDITIONS for kid in kids):
        found.append(Certainty.CONDITIONAL)
    if any(kid.dep_ == "mark" and kid.lower_ == "that" and _is_of_the_case(node, kid) for kid in kids):
        found.append(Certainty.CONDITIONAL)
    if any(kid.lower_ == "whether" for kid in kids):
        found.append(Certainty.UNKNOWN)
    if _is_inverted(node):
        found.append(Certainty.CONDITIONAL)
    # "Flew to the capital to appeal": what something is done for has not happened.
    if node.tag_ == "VB" and node.dep_ == "advcl" and "to" in {kid.lower_ for kid in kids if kid.dep_ == "aux"}:
        found.append(Certainty.PLANNED)
    return max(found, key=_RANK.__getitem__)


def _through(node: Node, child: Node | None) -> Certainty:
    """What a word adds for one of what hangs below it, because of another or of that one's form."""
    if any(kid.dep_ == "advcl" and kid is not child and (_is_condition(kid) or _is_inverted(kid)) for kid in node.children):
        return Certainty.CONDITIONAL
    # "is to leave", "are due to leave": a copula with an infinitive is a plan.
    if node.lemma_ == "be" and child is not None and child.dep_ == "xcomp" and any(kid.lower_ == "to" for kid in child.children):
        return Certainty.PLANNED
    # "There was to be a corridor and an exchange": what is joined to the plan is planned as well.
    if node.lemma_ == "be" and child is not None and child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN"):
        planned = any(kid.dep_ == "xcomp" and any(grand.lower_ == "to" for grand in kid.children) for kid in node.children)
        return Certainty.PLANNED if planned else Certainty.FACT
    return Certainty.FACT


def _governed(node: Node, child: Node | None) -> Certainty:
    """What a verb or noun does to its complement: "ordered ... to start", "denied that", "plan to leave"."""
    lemma = node.lemma_.lower()
    particle = next((kid.lower_ for kid in node.children if kid.dep_ == "prt" or kid.lower_ == "aside"), "")
    governed = _BY_LEMMA.get(f"{lemma}_{particle}") if particle else _BY_LEMMA.get(lemma)  # "set aside the order" plans nothing
    if child is not None and (lemma in _DROPPERS or f"{lemma}_{particle}" in _DROPPERS) and child.dep_ in ("dobj", "xcomp", "pcomp", "acl"):
        return Certainty.DENIED
    if child is not None and _is_prevented(node, lemma, child):
        return Certainty.DENIED
    # "Did not say how many were lost", "it is not known when it began": whether and how much is open, that it happened is not denied.
    if child is not None and child.dep_ in ("ccomp", "csubj", "csubjpass", "advcl") and _has_negator(node) and _is_open_question(child):
        return Certainty.UNKNOWN
    if lemma == "confirm" and child is not None and child.dep_ == "ccomp" and (node.head.lower_ == "without" or _has_negator(node)):
        return Certainty.UNKNOWN
    if node.lemma_ == "have" and child is not None and child.dep_ == "xcomp":
        return Certainty.DEMANDED
    if governed is not None and child is not None and child.dep_ == "relcl" and _is_infinitive(child):
        return governed  # "calls to resign": the model takes the infinitive for a relative clause
    if governed is None or child is None or child.dep_ not in ("xcomp", "ccomp", "acl", "prep", "advcl", "dobj", "pcomp"):
        return Certainty.FACT
    if child.i < node.i and child.dep_ in ("ccomp", "xcomp", "advcl"):
        return Certainty.FACT  # "it began a day later than the court had asked": what stands before is not governed
    if child.dep_ == "prep" and child.lower_ not in ("for", "to", "on"):
        return Certainty.FACT
    if child.dep_ == "dobj" and governed in (Certainty.DENIED, Certainty.POSSIBLE):
        return Certainty.FACT
    return governed


def _is_infinitive(verb: Node) -> bool:
    return verb.tag_ == "VB" and any(kid.lower_ == "to" and kid.dep_ == "aux" for kid in verb.children)


def _is_apart(node: Node, child: Node | None, *, negated: bool = False) -> bool:
    """True if a second verb does not share what the first one says of itself: "may sail, but the barge sank", "did not sail and sank".

    Args:
        node: The first verb.
        child: What hangs on it.
        negated: Asks for the negation, which "but" ends too: "will not sail but wait".
    """
    if child is None or child.dep_ != "conj" or child.pos_ not in _VERBS or node.pos_ not in _VERBS:
        return False
    if any(kid.dep_ in _SUBJECTS or kid.dep_ in ("aux", "auxpass") for kid in child.children):
        return True
    # A participle or infinitive shares the helper of the first verb; a finite form does not.
    # "May dismiss the appeal or quash the conviction": the model takes a bare infinitive for a present.
    helpers = [kid for kid in node.children if kid.dep_ in ("aux", "auxpass")]
    if child.tag_ in ("VBD", "VBZ", "VBP") and helpers and not (child.tag_ == "VBP" and any(kid.tag_ == "MD" for kid in helpers)):
        return True
    return negated and any(kid.dep_ == "cc" and kid.lower_ == "but" for kid in node.children)


def _is_prevented(node: Node, lemma: str, child: Node) -> bool:
    """ "Barred the crowd from reaching it", "averted a strike", "instead of striking", "too late to strike"."""
    if child.dep_ == "prep" and child.lower_ == "from":
        return lemma in _PREVENTERS
    if child.dep_ == "dobj":
        return lemma in _AVERTERS
    if child.dep_ in ("pcomp", "pobj"):
        aside = lemma == "of" and (node.head.lower_ == "instead" or _says_instead(node))
        return aside or (child.dep_ == "pcomp" and lemma in _ASIDE)
    return child.dep_ == "xcomp" and node.pos_ == "ADJ" and any(kid.lower_ == "too" for kid in node.children)


def _is_open_question(clause: Node) -> bool:
    """ "How many", "when", "whether" at the head of a clause."""
    asking = [kid for kid in clause.children if kid.i < clause.i]
    for _ in range(2):  # "how" hangs on "many", "many" on "homes"
        asking += [grand for kid in asking for grand in kid.children if grand not in asking]
    return any(kid.lower_ in _QUESTIONS for kid in asking)


def _says_instead(preposition: Node) -> bool:
    return any(kid.lower_ == "instead" for kid in preposition.children)


def _is_of_the_case(node: Node, mark: Node) -> bool:
    """ "In the event that it falls apart", "in case that": the noun right before "that", wherever the parser hangs the clause."""
    near = [node.head, *node.head.children]
    near += [grand for kid in node.head.children for grand in kid.children]
    return any(other.i == mark.i - 1 and other.lower_ in ("case", "event", "eventuality") for other in near)


def _is_condition(clause: Node) -> bool:
    return any(
        kid.dep_ in ("mark", "advmod", "aux") and kid.lower_ in ("if", "unless", "provided", "providing") for kid in clause.children
    ) or clause.lower_ in ("provided", "providing")


def _is_inverted(clause: Node) -> bool:
    """ "Were the authority to ground it", "had the dam burst", "should the vote fail": a condition without an "if"."""
    if clause.dep_ != "advcl" or any(kid.dep_ == "mark" for kid in clause.children):
        return False
    spoken = [kid for kid in clause.children if kid.dep_ != "punct"]
    if clause.lower_ in ("were", "had"):
        return bool(spoken) and all(kid.i > clause.i for kid in spoken)
    helpers = [kid for kid in spoken if kid.dep_ in ("aux", "auxpass") and kid.lower_ in ("were", "had", "should")]
    subjects = [kid for kid in spoken if kid.dep_ in _SUBJECTS]
    return bool(helpers and subjects) and all(helpers[0].i < kid.i for kid in spoken if kid is not helpers[0])


def _has_negator(node: Node, below: Node | None = None) -> bool:
    if any(kid.lower_ == "longer" and any(grand.lower_ == "no" for grand in kid.children) for kid in node.children):
        return True  # "no longer"
    for kid in node.children:
        if kid is below and kid.dep_ in ("ccomp", "advcl", "relcl"):
            return False
    for kid in node.children:
        if kid.lower_ in _NEGATORS and kid.dep_ in ("neg", "det", "advmod", "preconj", "cc", "nsubj", "nsubjpass", "prep", "dobj"):
            if kid.lower_ in ("nor",) and kid.dep_ == "cc":
                continue
            if kid.lower_ == "without" and kid is not below:
                continue
            return True
        if kid.dep_ in ("nsubj", "nsubjpass", "dobj", "attr") and any(
            grand.lower_ in ("no", "neither") and grand.dep_ in ("det", "neg", "preconj", "cc") for grand in kid.children
        ):
            return True
    return False
