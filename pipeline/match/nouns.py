"""What a number counts: its own noun, the noun before or behind it, what the number or the sentence before counted.

In "102 cases and 18 deaths", "deaths at 13", "16 ships are waiting and 23 have gone" every number has one thing that it counts.
"""

from pipeline.match.standing import Hits, spoken_of_in, tells_of_change
from pipeline.match.watching import Hit, WatchIndex
from pipeline.statements import QuantityMention, Statement, Word, head_of, stands_alone
from pipeline.watches import Question

OF_THEM = frozenset(("them", "these", "those", "whom", "which"))
# Nouns that only say that something is measured; what they measure stands elsewhere.
_MEASURES = frozenset(
    "share total majority rate level number figure sum average margin proportion price amount value count result maximum minimum".split()
)


def says_its_role(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> bool:
    """ "102 cases", "cases at 135": a noun that the question names and that is nobody's name for people in general says who is affected."""
    if question.role != "affected":
        return False
    if is_bare(statement, mention):
        since = max((other.upto for other in statement.quantities if other.at < mention.at), default=0)
        nouns = tuple(statement.words[hit.upto - 1].lemma for hit in _nouns(statement, hits.get("of", ())) if since <= hit.at < mention.at)
    else:
        own = mention.things[:1] if index.counts(question, mention.things[:1], kinds=False) else ()
        nouns = (*own, *_held_by(statement, mention, hits))
    return any(not index.is_person(noun) for noun in nouns)


def _held_by(statement: Statement, mention: QuantityMention, hits: Hits) -> tuple[str, ...]:
    """ "The files of 3.2 million people": what is theirs and is asked for."""
    noun = statement.words[statement.words[mention.upto - 1].head]
    of = statement.words[noun.head]
    theirs = of.head if noun.dep == "pobj" and of.text.lower() == "of" else -1
    return tuple(statement.words[hit.upto - 1].lemma for hit in hits.get("of", ()) if hit.at <= theirs < hit.upto)


def own_roles(statement: Statement, mention: QuantityMention, roles: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The role words that can be this number's: in "102 cases and 18 deaths" the deaths are those of the second alone."""
    return tuple(
        hit
        for hit in roles
        if not (hit.detail == "leaves" and is_what_remains(statement, hit))
        and (
            statement.words[hit.at].tag.startswith("VB")
            or not (_is_noun_of_another(statement, mention, hit) or _is_noun_beside(statement, mention, hit))
        )
    )


def is_what_remains(statement: Statement, hit: Hit) -> bool:
    """ "Some 19,000 people are thought to be left in the town", "two names left on the list": who is left has not left."""
    word = statement.words[hit.at]
    if hit.upto - hit.at > 1 or word.lemma.lower() != "leave" or word.tag != "VBN":
        return False
    helpers = {other.lemma.lower() for other in statement.words if other.dep in ("aux", "auxpass") and statement.words[other.head] is word}
    # "About half of the aircraft left in mid-March, an official said" has left, however the model reads it.
    dated = any(0 < mention.at - hit.at <= 4 for mention in statement.dates)
    return "have" not in helpers and ("be" in helpers or (word.dep in ("acl", "amod") and not dated))


def _is_noun_beside(statement: Statement, mention: QuantityMention, hit: Hit) -> bool:
    """ "Nineteen people are to come home and Dorn's body with them": a noun in the singular beside the counted one is none of them."""
    word = statement.words[hit.upto - 1]
    return word.tag == "NN" and word.dep == "conj" and mention.upto <= hit.at


def _is_noun_of_another(statement: Statement, mention: QuantityMention, hit: Hit) -> bool:
    for other in statement.quantities:
        if other is mention or not 0 <= hit.at - other.upto <= 2 or other.upto <= mention.at < hit.at:
            continue
        if not (other.upto <= hit.at < mention.at and is_bare(statement, mention)):  # "84, and deaths at 13"
            return True
    return False


def counting_score(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> float:
    """How surely the number counts what the question asks for, 0 if it does not."""
    counted = hits.get("of", ())
    if _measures_another(question, statement, mention, index):
        return 0.0
    if is_bare(statement, mention) and not question.unit and not _is_year(statement, mention):
        sure = tells_of_change(statement, mention.at)
        return (0.85 if hits.get("of before") else 0.8 if sure else 0.7) if _stands_for(question, statement, mention, hits, index) else 0.0
    if not mention.unit and not question.unit and _does_itself(statement, mention, hits):
        return 0.8
    return _quantity_score(question, statement, mention, counted, index) or _paid_by_the_subject(question, statement, mention, hits)


def _does_itself(statement: Statement, mention: QuantityMention, hits: Hits) -> bool:
    """ "The toll is up to 19 hurt", "twelve missing": the word of the role stands where a noun would."""
    return any(
        hit.upto - hit.at == 1 and hit.at == mention.upto and statement.words[hit.at].tag in ("VBN", "VBD", "JJ", "NN")
        for hit in hits.get("role", ())
        if hit.detail not in ("leaves", "stays", "arrives", "total")
    )


def _is_year(statement: Statement, mention: QuantityMention) -> bool:
    number = statement.words[mention.at].text
    return number.isdigit() and len(number) == 4 and number[:2] in ("18", "19", "20", "21")


def _stands_for(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> bool:
    """True if a bare number counts it: by the noun since the number before or behind it, or as that number or the sentence before does."""
    earlier = [other for other in statement.quantities if other.at < mention.at]
    since = earlier[-1].upto if earlier else 0
    counted = _nouns(statement, hits.get("of", ()))
    if any(since <= hit.at < mention.at for hit in counted) or _is_beside(statement, mention, counted):
        return True
    if _continues(question, statement, mention, index) or hits.get("of before") or _becomes(statement, mention, hits):
        return True
    return _acts_itself(question, statement, mention, hits, index)


def _acts_itself(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> bool:
    """ "Twelve have not been found", "45 remain unaccounted for": a number alone that does what is asked of people means people."""
    number = statement.words[mention.upto - 1]
    if not any(index.is_person(noun) for noun in question.of):
        return False
    plain = question.role in ("", "total", "none")
    telling = (*hits.get("own subject", ()), *hits.get("cue", ())) if plain else hits.get("role", ())
    if number.dep in ("dobj", "attr"):  # "that leaves 18 in their hands", "that is three we have lost"
        clauses = {statement.words[hit.at].clause for hit in telling}
        beneath = any(statement.words[clause].dep == "relcl" and statement.words[clause].head == mention.upto - 1 for clause in clauses)
        # "The crash that killed 41": the verb that is asked for has the number as its object.
        verbs = (hit for hit in telling if hit.detail != "leaves")  # "that leaves two": who is left
        governed = number.dep == "dobj" and any(number.head in range(hit.at, hit.upto) for hit in verbs)
        return beneath or governed or (plain and number.clause in clauses)
    return number.dep in ("nsubj", "nsubjpass") and any(
        number.head in range(hit.at, hit.upto) or _completes(statement, hit, number.head) for hit in telling
    )


def _completes(statement: Statement, hit: Hit, verb: int) -> bool:
    """ "Remain unaccounted for", "are missing": the word for it hangs on the verb."""
    word = statement.words[hit.at]
    return word.head == verb and word.dep in ("acomp", "attr", "oprd", "neg", "aux", "auxpass", "prep", "advmod")


def _becomes(statement: Statement, mention: QuantityMention, hits: Hits) -> bool:
    """ "The number of layoffs is cut to 120": the number is what its subject has come to."""
    if mention.at == 0 or statement.words[mention.at - 1].text.lower() not in ("to", "at", "is", "was", "reached", "are", "were"):
        return False
    clause = statement.words[mention.upto - 1].clause
    return any(hit.upto <= mention.at and statement.words[hit.at].clause == clause for hit in hits.get("own subject", ()))


def _nouns(statement: Statement, counted: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The words for what is counted without verbs of their stem: "had been counted twice" counts no counts."""
    return tuple(
        hit
        for hit in counted
        if not statement.words[hit.at].tag.startswith("VB") or statement.words[hit.at].text.lower() == hit.phrase.lower()
    )


def _is_beside(statement: Statement, mention: QuantityMention, counted: tuple[Hit, ...]) -> bool:
    """True if what is counted stands right behind the number, with no other number and no "and" between."""
    later = min((other.at for other in statement.quantities if other.at > mention.at), default=len(statement.words))
    joined = next((at for at in range(mention.upto, later) if statement.words[at].tag in ("CC", ",", ":")), later)
    return any(0 <= hit.at - mention.upto <= 3 and hit.at < joined for hit in counted)


def _continues(question: Question, statement: Statement, mention: QuantityMention, index: WatchIndex) -> bool:
    """ "Sixteen ships are waiting and 23 have gone", "53 seats and the Union 47": a bare number counts what the one before it counts."""
    earlier = [other for other in statement.quantities if other.at < mention.at]
    return bool(earlier) and not earlier[-1].unit and index.counts(question, earlier[-1].things)


def is_bare(statement: Statement, mention: QuantityMention) -> bool:
    """True for a number that stands alone, with no noun that it counts ("23 have gone", "the toll is 12", "put at 14")."""
    last = statement.words[mention.upto - 1]
    spoken = head_of(statement.words, mention)
    if spoken.text.lower() == "point" or statement.words[spoken.head].text.lower() == "point":
        return True  # "it is one point six five"
    if last.dep == "nummod" and last.head == mention.at - 1 and statement.words[last.head].lemma.lower() == "number":
        return True  # "the dead now number 24"
    behind = statement.words[mention.upto : mention.upto + 1]
    if last.dep == "nummod" and last.head < mention.at and behind and _begins_verb(behind[0]):
        return True  # "according to the office 1,150 have left"
    following = statement.words[mention.upto].text.lower() if mention.upto < len(statement.words) else ""
    if mention.unit or last.tag != "CD" or last.dep not in ("nsubj", "nsubjpass", "dobj", "pobj", "attr", "conj", "oprd", "ROOT"):
        return False
    beyond = statement.words[mention.upto + 1].text.lower() if mention.upto + 1 < len(statement.words) else ""
    return following != "of" or beyond in OF_THEM


def _begins_verb(word: Word) -> bool:
    return word.tag in ("VBD", "VBZ", "VBP", "MD")


def is_contrast(statement: Statement, mention: QuantityMention) -> bool:
    """ "7.5 and not 5.7", "20 rather than 30": the figure that is set aside."""
    before = [word.text.lower() for word in statement.words[max(0, mention.at - 2) : mention.at]]
    return before[-1:] == ["not"] or before == ["rather", "than"] or before == ["instead", "of"]


def is_named(statement: Statement, mention: QuantityMention) -> bool:
    """ "Local 88", "Terminal 3": a number that is part of a name counts nothing."""
    if mention.unit:
        return False  # "by Tuesday 52 per cent"
    if any(name.at <= mention.at < name.upto and name.upto - name.at > 1 for name in statement.names):
        return True
    before = statement.words[mention.at - 1] if mention.at else None
    number = statement.words[mention.at]
    return (
        before is not None
        and before.tag in ("NNP", "NN")
        and before.text[:1].isupper()
        and number.head == mention.at - 1
        and number.text.isdigit()
    )


def _paid_by_the_subject(question: Question, statement: Statement, mention: QuantityMention, hits: Hits) -> float:
    """ "The state is to inject 1.1 billion", "Corvin's offer, at EUR 0.95": a sum in a clause whose subject, or offer, is asked for."""
    if not mention.unit or not question.unit:
        return 0.0
    clause = statement.words[mention.upto - 1].clause
    if question.unit == mention.unit and question.subject:
        subjects = [hit for hit in hits.get("own subject", ()) if statement.words[hit.upto - 1].dep in ("nsubj", "poss")]
        clauses = spoken_of_in(statement, clause)
        if any(statement.words[hit.at].clause in clauses for hit in subjects):
            return 0.72
        # "We get to one point nine": a sum alone, right after what the question is about.
        return 0.75 if hits.get("carried") and stands_alone(statement.words, mention) else 0.0
    if question.unit == f"{mention.unit}/share" and (mention.high or 0.0) < _MOST_A_SHARE:
        return 0.68 if any(statement.words[hit.at].clause == clause for hit in _nouns(statement, hits.get("of", ()))) else 0.0
    return 0.0


# No share costs more in news of a bid for it; a larger sum is the price of the whole firm.
_MOST_A_SHARE = 1_000.0


def _quantity_score(
    question: Question, statement: Statement, mention: QuantityMention, counted: tuple[Hit, ...], index: WatchIndex
) -> float:
    if question.unit and question.unit not in ("per day",):
        a_share = question.unit.endswith("/share") and not mention.unit and _is_a_share(statement, mention)
        if mention.unit != question.unit and not a_share:
            return 0.0
        if not question.of:
            return 0.8
        near = any(hit.at - 12 <= mention.at <= hit.upto + 12 for hit in counted)
        return 0.8 if near else 0.0
    if mention.unit and mention.unit != "share":
        return 0.0
    if index.counts(question, mention.things[:1], kinds=False):
        return 0.8
    if _is_beside(statement, mention, counted):
        return 0.75
    return 0.7 if index.counts(question, mention.things) else 0.0


def _is_a_share(statement: Statement, mention: QuantityMention) -> bool:
    """ "It is now bidding 47 a share": the money is understood."""
    after = [word.text.lower() for word in statement.words[mention.upto : mention.upto + 2]]
    return after in (["a", "share"], ["per", "share"], ["each", "share"])


def _measures_another(question: Question, statement: Statement, mention: QuantityMention, index: WatchIndex) -> bool:
    """ "A pay rise of 9.5 percent" measures the rise: it is no share of votes, though the sentence speaks of a vote."""
    if question.of or not question.unit or mention.at < 2 or statement.words[mention.at - 1].text.lower() != "of":
        return False
    measured = statement.words[mention.at - 2]
    if not measured.tag.startswith("NN") or measured.lemma.lower() in _MEASURES:
        return False
    return not index.profiles.knows(question.id, measured.lemma)
