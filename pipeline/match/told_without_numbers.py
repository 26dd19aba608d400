"""Numbers that a sentence tells without one: "not a single job", "fully contained", "a second victim", "the pilot died"."""

from pipeline.match.standing import ORDINALS, Found, Hits, closest
from pipeline.model import Answer, Certainty
from pipeline.statements import Statement
from pipeline.watches import Question

_PERSON = frozenset(
    "man woman boy girl child person worker driver soldier officer firefighter resident villager passenger student teacher foreman".split()
)


def none_at_all(question: Question, statement: Statement, hits: Hits) -> list[Found]:
    """ "Not a single job will go", "no hostages were freed": none."""
    nouns = tuple(hit for hit in hits.get("role", ()) if statement.words[hit.upto - 1].tag.startswith("NN"))
    for hit in (*hits.get("of", ()), *hits.get("cue", ()), *nouns):
        word = statement.words[hit.upto - 1]
        before = [other.text.lower() for other in statement.words[max(0, hit.at - 3) : hit.at]]
        none = before[-1:] == ["no"] or before[-3:] == ["not", "a", "single"] or before[-2:] == ["not", "one"]
        plain = question.role in ("", "none")
        acting = plain or closest(statement, hits.get("role", ()), word.clause) == 1
        told = word.dep in ("nsubj", "nsubjpass") and acting
        # "No deaths have been confirmed", "there were no injuries": the noun of the role itself.
        named = hit in nouns and word.dep in ("nsubj", "nsubjpass", "dobj", "attr")
        if not none or not (told or named):
            continue
        unit = question.of[0] if question.of else None
        answer = Answer(type="quantity", text="none", value="0", unit=unit, bound="exact", low=0.0, high=0.0)
        certainty = Certainty.FACT if word.certainty is Certainty.DENIED else word.certainty
        return [Found(answer=answer, certainty=certainty, score=0.7, at=hit.at, denies=False)]
    return []


def wholly(statement: Statement, hits: Hits) -> list[Found]:
    """ "The fire is fully contained" is 100 percent, "none of it was contained" none."""
    for hit in hits.get("of", ()):
        word = statement.words[hit.at]
        if word.tag not in ("VBN", "VBD", "JJ") or word.certainty is not Certainty.FACT:
            continue
        beside = {other.text.lower() for other in statement.words if statement.words[other.head] is word}
        share = 100.0 if beside & {"fully", "completely", "wholly", "entirely", "totally"} and not word.negated else None
        share = 0.0 if beside & {"none", "nothing"} else share
        if share is not None:
            text = f"{share:g} percent"
            answer = Answer(type="quantity", text=text, value=f"{share:g}", unit="percent", bound="exact", low=share, high=share)
            return [Found(answer=answer, certainty=word.certainty, score=0.75, at=hit.at)]
    return []


def one_more(question: Question, statement: Statement, hits: Hits) -> list[Found]:
    """ "Pavel Dorn died on the third night": one person is one, and at least one if nothing else is known."""
    if question.role != "dead" or not any(index in ("people", "person") for index in question.of):
        return []
    for hit in hits.get("role", ()):
        verb = statement.words[hit.at]
        if verb.lemma.lower() not in ("die", "kill", "drown", "perish") or verb.tag not in ("VBD", "VBN") or verb.negated:
            continue
        for word in statement.words:
            person = word.tag == "NNP" or (word.tag == "NN" and word.lemma.lower() in _PERSON)
            if person and word.dep in ("nsubj", "nsubjpass") and statement.words[word.head] is verb and verb.certainty is Certainty.FACT:
                answer = Answer(type="quantity", text=word.text, value="1", unit=question.of[0], bound="at least", low=1.0, high=1.0)
                return [Found(answer=answer, certainty=verb.certainty, score=0.65, at=word.head, part=True)]
    return []


def counted_by_order(question: Question, statement: Statement, hits: Hits) -> list[Found]:
    """ "A second victim was found", "the sixth died": who is counted off tells how many there are."""
    if question.role not in ("dead", "injured", "missing", "affected") or not hits.get("role"):
        return []
    nouns = {index for hit in hits.get("of", ()) for index in range(hit.at, hit.upto)}
    for at, word in enumerate(statement.words):
        number = ORDINALS.get(word.text.lower(), 0)
        alone = word.dep in ("nsubj", "nsubjpass", "attr") and closest(statement, hits["role"], word.clause) == 1
        if number and (alone or (word.head in nouns and word.dep == "amod")):
            value = float(number)
            answer = Answer(
                type="quantity",
                text=word.text,
                value=f"{number}",
                unit=question.of[0] if question.of else None,
                bound="exact",
                low=value,
                high=value,
            )
            return [Found(answer=answer, certainty=word.certainty, score=0.7, at=at)]
    return []
