"""Numbers as answers: which number of a sentence counts what the question asks for, in the role it asks for?"""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.match.denied_numbers import called_false, denied_number
from pipeline.match.nouns import OF_THEM, counting_score, is_contrast, is_named, is_what_remains, own_roles, says_its_role
from pipeline.match.standing import (
    Found,
    Hits,
    closest,
    is_dated_back,
    is_history,
    nth_of,
    recaps,
    tells_of_change,
)
from pipeline.match.told_without_numbers import counted_by_order, none_at_all, one_more, wholly
from pipeline.match.untrue import rejects_report
from pipeline.match.watching import Hit, WatchIndex
from pipeline.model import Answer, Certainty
from pipeline.statements import QuantityMention, Statement, Word
from pipeline.watches import Question

# Words that make a number an increment.
_MORE = frozenset("more another further additional other others extra".split())
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday yesterday today".split())
# Roles whose words are verbs, and the ends of the nouns among them ("departure", "arrival", "reinforcement", "pullout").
_MOVING_ROLES = frozenset(("leaves", "stays", "arrives"))
_OF_VERBS = ("ure", "al", "ment", "out", "exit")
_RECORDING = frozenset("record count log note register report observe put tally".split())


def read_quantities(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    """The numbers that fit, best first; a silence phrase gives the answer that there is none."""
    hits = {**hits, "role": _acting(statement, hits.get("role", ())), "other role": _acting(statement, hits.get("other role", ()))}
    elsewhere = question.role == "total" and bool(hits["other role"])
    # "A ferry with 88 people on board went missing": the question's own cue beside the number outweighs another role in the sentence.
    statement = _in_cents(question, statement)
    mentions = [item for item in statement.quantities if not elsewhere or _is_cued(item, hits)]
    mentions = [item for item in mentions if not _is_the_whole(statement, item)]
    mentions = _in_telling_clauses(question, statement, mentions, hits)
    fitting = [found for mention in mentions if (found := _read_number(question, statement, mention, hits, index)) is not None]
    if not fitting and question.unit == "percent":
        fitting += wholly(statement, hits)
    if not any(not found.part for found in fitting):
        fitting += counted_by_order(question, statement, hits) or (one_more(question, statement, hits) if not fitting else [])
    if not fitting and not question.unit:
        fitting += none_at_all(question, statement, hits)
    if any(not found.part for found in fitting):
        fitting = [found for found in fitting if not found.part]  # "two more, which brings them to five"
    if (called := called_false(question, statement, hits, index)) is not None:
        yield called
        return
    if rejects_report(statement, hits) and len(fitting) <= 1 and (denied := denied_number(question, statement, hits, fitting)) is not None:
        yield denied
        return
    if fitting:
        yield from sorted(fitting, key=lambda found: (found.part, -found.score))
    elif hits.get("silence") and (hits.get("of") or hits.get("role")):
        yield Found(answer=Answer(type="quantity", text="no number given"), certainty=Certainty.UNKNOWN, score=0.65)


def _in_cents(question: Question, statement: Statement) -> Statement:
    """ "Has gone up to ninety-five cents": in hundredths of the currency that is asked for."""
    currency, slash, of = question.unit.partition("/")
    if not any(item.unit.startswith("cent") for item in statement.quantities) or len(currency) != 3 or not currency.isupper():
        return statement
    converted = tuple(
        replace(item, unit=currency + slash + of, low=item.low / 100, high=item.high / 100)
        if item.unit.startswith("cent") and item.low is not None and item.high is not None
        else item
        for item in statement.quantities
    )
    return replace(statement, quantities=converted)


def _in_telling_clauses(
    question: Question, statement: Statement, mentions: list[QuantityMention], hits: Hits
) -> list[QuantityMention]:
    """ "22 remained below ground, three had been recovered alive": of several numbers those that stand with the question's own words."""
    if question.role not in ("", "none") or question.unit or len(mentions) < 2:
        return mentions
    telling = {statement.words[hit.at].clause for hit in (*hits.get("own subject", ()), *hits.get("cue", ()))}
    return [item for item in mentions if statement.words[item.upto - 1].clause in telling] or mentions


def _acting(statement: Statement, roles: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Without nouns that are spelt like the verb of a movement: "on the ship" ships nobody, "the guard" guards nothing."""
    return tuple(
        hit
        for hit in roles
        if hit.detail not in _MOVING_ROLES
        or hit.upto - hit.at > 1
        or not statement.words[hit.at].tag.startswith("NN")
        or hit.phrase.endswith(_OF_VERBS)
    )


def _is_cued(mention: QuantityMention, hits: Hits) -> bool:
    return any(-4 <= hit.at - mention.upto <= 4 for hit in hits.get("cue", ()))


def _read_number(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> Found | None:
    if mention.share_of is not None and mention.share_of <= 10:
        return None  # "nine out of ten dockworkers": a share, in words
    if _is_first_of_several(statement, mention):
        return None
    if mention.at > 1 and [word.text.lower() for word in statement.words[mention.at - 2 : mention.at]] in (["of", "which"], ["of", "whom"]):
        return None  # "11 violations, of which seven were by the army"
    score = counting_score(question, statement, mention, hits, index)
    if score <= 0 or is_contrast(statement, mention) or is_named(statement, mention):
        return None
    word = statement.words[min(mention.upto, len(statement.words)) - 1]
    if is_history(statement, word):
        return None
    if question.role == "dead" and _is_of_another_fate(statement, mention):
        return None
    if question.role not in ("", "total", "none") and not says_its_role(question, statement, mention, hits, index):
        acting = _role_score(question, statement, mention, hits)
        if acting is None:
            return None
        score += acting
    score = _narrowed(question, statement, mention, hits, score, index)
    if statement.role == "correction":
        # "It is 23; one woman had been counted twice"; else a correction names the wrong figure first.
        score += 0.2 if _is_stated(statement, mention) else -0.2 if mention is not statement.quantities[-1] else 0.0
    per = mention.per or ("day" if index.has_daily_count(question) and _is_of_a_day(statement, word) else "")
    if score <= 0 or ((question.window == "period") != bool(per) and (per or question.window == "period")):
        return None
    return Found(
        answer=_number_answer(question, statement, mention),
        certainty=word.certainty,
        score=min(score, 0.95) + (0.05 if _is_cued(mention, hits) else 0.0),
        per=per,
        background=statement.role != "correction" and _is_of_before(statement, word, hits, per),
        part=_is_part(question, statement, mention, hits),
        episode=nth_of(statement, hits.get("own subject", ()) + hits.get("cue", ()) + hits.get("of", ())),
        at=mention.at,
    )


def _role_score(question: Question, statement: Statement, mention: QuantityMention, hits: Hits) -> float | None:
    """What the words of the question's role add for this number; None if it is in no such role."""
    word = statement.words[min(mention.upto, len(statement.words)) - 1]
    roles = own_roles(statement, mention, hits.get("role", ()))
    if not roles and not hits.get("role before"):
        # "Data of 1.4 million people was stolen": the words of the question itself say it as well as those of its role.
        asked = tuple(hit for hit in hits.get("asked", ()) if question.role != "leaves" or not is_what_remains(statement, hit))
        roles = tuple(hit for hit in asked if statement.words[hit.at].clause == word.clause) or (asked if hits.get("of") else ())
    if not roles:
        # The role that the sentence before had has no place in this one.
        return 0.0 if hits.get("role before") else None
    near = 1.0 if _describe(statement, roles, hits) else closest(statement, roles, word.clause)
    apart = question.role in _MOVING_ROLES and _is_of_another_subject(statement, roles, word)
    return 0.25 * near - (0.35 if apart else 0.1)


def _describe(statement: Statement, roles: tuple[Hit, ...], hits: Hits) -> bool:
    """ "The number of people hurt stands at 18": the role is said of the noun that is counted."""
    counted = {index for hit in hits.get("of", ()) for index in range(hit.at, hit.upto)}
    clauses = (statement.words[statement.words[hit.at].clause] for hit in roles)
    return any(clause.dep in ("acl", "relcl") and clause.head in counted for clause in clauses)


def _is_of_another_subject(statement: Statement, roles: tuple[Hit, ...], word: Word) -> bool:
    """ "If the mayor has gone, the garrison, some 1,400 men, will bake": who goes in another clause, with a subject of its own."""
    clauses = {statement.words[hit.at].clause for hit in roles}
    if word.clause in clauses:
        return False
    subjects = {other.clause for other in statement.words if other.dep in ("nsubj", "nsubjpass") and other.tag.startswith("NN")}
    return clauses <= subjects and word.clause in subjects


def _is_the_whole(statement: Statement, mention: QuantityMention) -> bool:
    """ "Eight survivors of the 46 who were on board": the number behind "of the" is that of all of them."""
    before = [word.text.lower() for word in statement.words[max(0, mention.at - 2) : mention.at]]
    earlier = any(0 < mention.at - 2 - other.upto <= 2 and not other.unit for other in statement.quantities)
    return before in (["of", "the"], ["of", "its"], ["of", "their"], ["of", "those"]) and earlier


def _is_of_before(statement: Statement, word: Word, hits: Hits, per: str) -> bool:
    """Told as something older: a recap, a count of a past day, what "had been demanded"."""
    recalled = (bool(hits.get("background")) and recaps(word, statement, hits)) or (not per and _is_of_old(statement, word))
    return recalled or (word.tense == "pluperfect" and word.certainty is Certainty.DEMANDED)


_FATES = frozenset(
    "injure wound hurt maim imprison jail arrest detain besiege displace evacuate capture rescue free save trap kidnap abduct".split()
)


def _is_of_another_fate(statement: Statement, mention: QuantityMention) -> bool:
    """ "Killed nine and injured 18 others": the eighteen are the object, or the subject, of another verb than that of dying."""
    number = statement.words[mention.upto - 1]
    noun = number if number.dep in ("dobj", "nsubj", "nsubjpass") else statement.words[number.head]
    verb = statement.words[noun.head]
    return noun.dep in ("dobj", "nsubj", "nsubjpass") and verb.tag.startswith("VB") and verb.lemma.lower() in _FATES


def _is_first_of_several(statement: Statement, mention: QuantityMention) -> bool:
    """ "The dead were put first at 14, then at 27": what came before the last figure is not the figure."""
    before = {word.text.lower() for word in statement.words[max(0, mention.at - 2) : mention.at]}
    later = [other for other in statement.quantities if other.at > mention.at]
    return bool(later) and "first" in before and any(word.text.lower() == "then" for word in statement.words[mention.upto : later[-1].at])


def _is_stated(statement: Statement, mention: QuantityMention) -> bool:
    """ "It is 23", "the figure is 203": the number that a figure is said to be."""
    number = statement.words[mention.upto - 1]
    verb = statement.words[number.head]
    subjects = {word.text.lower() for word in statement.words if word.dep == "nsubj" and statement.words[word.head] is verb}
    return number.dep == "attr" and bool(subjects & {"it", "that", "figure", "number", "total", "toll"})


def _is_of_old(statement: Statement, word: Word) -> bool:
    """ "In April the army claimed 112": a count with a day of its own that is past; "since April" and "by Friday" date no count back."""
    running = any(
        mention.relation in ("since", "by", "until", "from") and statement.words[mention.at].clause == word.clause
        for mention in statement.dates
    )
    return not running and not _is_date_of_another(statement, word) and is_dated_back(statement, word)


def _is_date_of_another(statement: Statement, word: Word) -> bool:
    """ "25 percent, after 35 on Sunday": the day stands behind another number and is that one's."""
    at = statement.words.index(word)
    later = [mention for mention in statement.quantities if mention.at > at]
    return any(other.at - mention.upto in (0, 1) for mention in later for other in statement.dates)


def _is_of_a_day(statement: Statement, word: Word) -> bool:
    """ "On Sunday the mission recorded 11 violations": a count of that day, where days are counted at all."""
    recorded = any(other.lemma.lower() in _RECORDING for other in statement.words if other.clause == word.clause)
    return (
        (recorded
        and any(
            mention.relation == "on"
            and mention.when.precision in ("day", "part")
            and statement.words[mention.at].clause == word.clause
            and mention.when.start is not None
            for mention in statement.dates
        ))
        or (
            statement.voice.cue in _RECORDING
            and any(other.text.lower() in _WEEKDAYS for other in statement.words if other.clause == word.clause)
        )
    )


def _is_part(question: Question, statement: Statement, mention: QuantityMention, hits: Hits) -> bool:
    """ "Two of the seven counts", "four counts of bribery", "three more": a part or an increment, which is no total."""
    before = [word.text.lower() for word in statement.words[max(0, mention.at - 2) : mention.at]]
    after = [word.text.lower() for word in statement.words[mention.upto : mention.upto + 3]]
    if _MORE & {*before[-1:], *after[:1]}:
        return True
    if after[:2] == ["of", "the"] and any(hit.at == mention.upto + 2 for hit in hits.get("role", ())):
        return True  # "twelve of the dead have been identified"
    if question.role not in ("", "total", "none"):
        return False
    if after[:1] == ["of"] and after[1:2] and after[1] in OF_THEM:
        return True
    if mention.share_of is not None:
        return True
    subject = hits.get("subject", ()) + hits.get("own subject", ())
    # "Eight survivors of the 46 on board" are all survivors; "four counts of bribery" are some of the counts.
    whole = after[1:3] == ["of", "the"] and statement.words[mention.upto + 3 : mention.upto + 4]
    narrowed = len(after) > 1 and after[1] == "of" and before[-1:] != ["all"] and not (whole and whole[0].tag == "CD")
    return narrowed and not any(mention.upto + 2 <= hit.at <= mention.upto + 4 for hit in subject)


def _narrowed(
    question: Question, statement: Statement, mention: QuantityMention, hits: Hits, score: float, index: WatchIndex
) -> float:
    """The question's other words: its subject and cues speak for it; cues that are missing leave a doubt."""
    if hits.get("own subject") or hits.get("cue"):
        score += 0.15 if _is_cued(mention, hits) else 0.1
    elif any(cues.words for cues in question.cues) and not (question.role or question.unit or hits.get("of before")):
        score = min(score, 0.5)
    if question.who:
        # "53 seats and the Civic Union 47": a number belongs to the name that stands before it.
        names = [name for name in statement.names if name.at < mention.at and name.kind in ("organisation", "person", "group", "thing")]
        wanted = {*question.who, *map(index.names.canonical, question.who)}
        elsewhere = names and names[-1].name not in wanted and any(name.name in wanted for name in statement.names)
        if elsewhere and not _acts(statement, mention, wanted):
            return 0.0
    return score


def _acts(statement: Statement, mention: QuantityMention, wanted: set[str]) -> bool:
    """ "Orsten lifted its offer for Halden to 46.25 euros": who acts in the clause of the number."""
    clause = statement.words[mention.upto - 1].clause
    return any(
        name.name in wanted and word.clause == clause and word.dep in ("nsubj", "nsubjpass")
        for name in statement.names
        for word in statement.words[name.at : name.upto]
    )


def _second(mention: QuantityMention) -> float | None:
    """The number behind the "to" of a movement; the lower one comes second where it fell."""
    first, _, second = mention.text.partition(" to ")
    digits = [float("".join(char for char in part if char in "0123456789.") or "nan") for part in (first, second)]
    return mention.low if digits[1] < digits[0] else mention.high


def _number_answer(question: Question, statement: Statement, mention: QuantityMention) -> Answer:
    low, high, bound = mention.low, mention.high, mention.bound
    if statement.words[mention.at].text.lower() == "over" and statement.words[mention.at].dep in ("prt", "advmod"):
        bound = "exact"  # "hand over 240 prisoners"
    if bound == "at most" and mention.text.lower().startswith("up to") and tells_of_change(statement, mention.at):
        bound = "exact"  # "put the demand up to 10.5m"
    if low != high and mention.at and statement.words[mention.at - 1].text.lower() == "from" and tells_of_change(statement, mention.at):
        low = high = _second(mention)  # "raised from 240 to 310"
        bound = "exact"
    value = None if low is None else f"{low:g}" if low == high else f"{low:g}/{high:g}"
    thing = mention.things[0] if mention.things else ""
    unit = mention.unit or (question.of[0] if question.of else thing)
    return Answer(
        type="quantity",
        text=_counted_text(statement, mention),
        value=value,
        unit=unit,
        bound=bound,
        low=low,
        high=high,
        share_of=mention.share_of,
    )


def _counted_text(statement: Statement, mention: QuantityMention) -> str:
    """The number with the noun that it counts, in the words of the sentence ("at least 15 of about 36 jets")."""
    end = mention.end
    for word in statement.words[mention.upto : mention.upto + 7]:
        if word.lemma.lower() in mention.things[:1]:
            end = word.end
            break
    return statement.sentence[mention.start - statement.start : end - statement.start]
