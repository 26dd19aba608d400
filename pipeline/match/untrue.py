"""What somebody calls untrue: a report that is rejected, a number that was only told, a clause that is called false."""

import re

from pipeline.match.standing import Hits, brings_negation, head_word
from pipeline.statements import Statement, Word


def denies_outright(statement: Statement) -> bool:
    """True if somebody is quoted with a verb of denying, whatever it is that is denied."""
    return statement.denial and any(item.force == "deny" for item in statement.attributions)


def called_false(statement: Statement, word: Word, hits: Hits) -> bool:
    """ "Messages that it had burst were false": what is told in a clause that the sentence goes on to call untrue."""
    for hit in hits.get("denying", ()):
        verdict = head_word(statement, hit)
        if verdict.dep in ("acomp", "attr", "oprd") and verdict.clause != word.clause and word.start < verdict.start:
            clause = statement.words[word.clause]
            return clause.dep in ("acl", "relcl", "ccomp", "csubj")
    return False


_TOLD = frozenset(
    "report story rumour rumor claim figure number count toll talk suggestion allegation message post account estimate speculation finding "
    "charge accusation word total tally".split()
)


def rejects_report(statement: Statement, hits: Hits) -> bool:
    """ "Reports of a higher number are incorrect", "dismissed as nonsense a story that seven were dead": what was told is untrue."""
    if not statement.voice.attributed:
        return False
    told = [word for word in statement.words if word.lemma.lower() in _TOLD and word.tag.startswith("NN")]
    verdicts = [(head_word(statement, hit), brings_negation(hit)) for hit in hits.get("denying", ())]
    deps = ("acomp", "attr", "oprd", "pobj", "ccomp", "dobj", "ROOT", "appos")
    called = any(word.dep in deps and (own or not word.negated) for word, own in verdicts)
    return bool(told) and (called or statement.denial)


def is_told(statement: Statement, at: int) -> bool:
    """True if word `at` is part of what is told: "a story that seven were dead", "a figure of 140,000"."""
    return any(
        word.lemma.lower() in _TOLD and word.tag.startswith("NN") and index < at <= index + 4
        for index, word in enumerate(statement.words)
    )


_NOTHING_OF_IT = re.compile(
    r"(?i)\bno such (?!agreement|deal|accord)\w+|\bnothing of the (?:kind|sort)\b|"
    r"\b(?:see|sees|saw|is|was) no (?:reason|need|grounds|cause) for (?:that|it|this)\b|"
    r"\b(?:that|this|it) (?:is|was) not (?:so|true|the case)\b|\bthere is nothing in (?:it|that|this)\b"
)


def denies_what_was_said(statement: Statement) -> bool:
    """ "No such finding has been made", "sees no reason for that": a flat no to what the sentence before was about."""
    return statement.voice.attributed and _NOTHING_OF_IT.search(statement.sentence) is not None


_GIVING_WAY = re.compile(
    r"(?i)\bno longer (?:disput|den|contest|quarrel|question|challeng|object|oppos|reject|doubt|insist|stand)\w*|"
    r"\b(?:would|will|does|did|do) (?:not|no longer) (?:contest|dispute|challenge|question)\b|"
    r"(?<!never )(?<!not )(?<!n't )(?<!to )\b(?:accept(?:s|ed)?|shares?|shared|agree[sd]? with|conced(?:es|ed)|bow(?:s|ed) to|"
    r"adopt(?:s|ed)?) (?:[\w'’]+ ){0,4}"
    r"(?:counts?|figures?|estimates?|numbers?|toll|findings?|tally|calculations?|assessment|version)\b|"
    r"\b(?:count|figure|estimate|number|toll|tally) (?:is|was) right and (?:ours|his|hers|theirs) (?:is|was) not\b"
)


def gives_way(statement: Statement) -> bool:
    """True if somebody is said to hold no longer to what was said before: "no longer disputes it", "accepts the board's count"."""
    return statement.voice.attributed and _GIVING_WAY.search(statement.sentence) is not None
