"""Asking somebody in plain words for a watch: title, who and what, then question by question."""

import dataclasses
from collections.abc import Callable, Sequence

from pipeline.config import ROLES, load_language
from pipeline.config_source import read_span
from pipeline.errors import ConfigError
from pipeline.watch_making import QuestionDraft, WatchDraft, check_watch, with_ids
from pipeline.watches import QuestionKind

# Puts a question with a default to somebody, and gives the answer.
Ask = Callable[[str, str], str]
Say = Callable[[str], None]

_KINDS = (
    (QuestionKind.STATUS, "How does it stand?  (announced, under way, over ...)"),
    (QuestionKind.DATE, "When?"),
    (QuestionKind.QUANTITY, "How many, or how much?"),
    (QuestionKind.DURATION, "How long does it take?"),
    (QuestionKind.PLACES, "Which places?"),
    (QuestionKind.YES_NO, "Is it so, yes or no?"),
    (QuestionKind.STATEMENT, "What is said about it?  (anything, in words)"),
)
_ROLES = {
    "start": "when it begins", "end": "when it is over", "deadline": "by when it must happen", "next": "when it happens next",
    "event": "when it happens", "since": "since when it has been so", "total": "all there are", "leaves": "those that leave",
    "stays": "those that stay", "arrives": "those that arrive", "dead": "the dead", "injured": "the injured", "missing": "the missing",
    "affected": "those affected", "none": "a number of no such kind", "included": "what is included", "excluded": "what is left out",
}  # fmt: skip
_PLACE_ROLES = {"stays": "where they stay", "leaves": "what they leave"}


def ask_for_watch(ask: Ask, say: Say, taken: frozenset[str]) -> WatchDraft:
    """A watch that loads, from somebody's answers; what does not fit is asked again.

    Args:
        ask: Puts one question; the second argument is the answer that an empty one stands for.
        say: Shows a line.
        taken: Ids of the watches that there are already.
    """
    title = _needed(ask, say, "What is the topic called? (a title)")
    say("Words of the topic, separated by commas: a sentence with one of them is on it. Stems count: withdraw covers withdrawal.")
    subject = _list(_needed(ask, say, "Words of the topic"))
    say("Who or where must an article name to be on it? Names by commas; empty if nobody needs to be named.")
    groups: list[tuple[str, ...]] = []
    while names := _list(ask("One of these must be named" if not groups else "And one of these too", "")):
        groups.append(names)
    draft = WatchDraft(title=title, subject=subject, must_name=tuple(groups))
    while True:
        number = len(draft.questions) + 1
        say(f"\nQuestion {number}")
        words = ask("What do you want to know? (in words; empty: that is all)" if draft.questions else "What do you want to know?", "")
        if not words and draft.questions:
            return with_ids(draft, taken)
        if not words:
            say("A watch needs one question at least.")
            continue
        draft = _with_question(draft, words, ask, say)


def _with_question(draft: WatchDraft, words: str, ask: Ask, say: Say) -> WatchDraft:
    """The draft with one more question, asked until it loads."""
    while True:
        question = _ask_kind(words, ask, say)
        longer = dataclasses.replace(draft, questions=(*draft.questions, question))
        try:
            check_watch(with_ids(longer, frozenset()))
        except ConfigError as error:
            say(f"That does not fit: {error}\nOnce more:")
        else:
            return longer


def _ask_kind(words: str, ask: Ask, say: Say) -> QuestionDraft:
    kind = _KINDS[_choose(ask, say, "What sort of answer is it?", [text for _, text in _KINDS])][0]
    question = QuestionDraft(asks=words, kind=kind.value)
    match kind:
        case QuestionKind.STATUS:
            question = _ask_states(question, ask, say)
        case QuestionKind.QUANTITY:
            of = _list(_needed(ask, say, "What is counted or measured? (e.g. aircraft, jet)"))
            unit = ask("In which unit? (USD, EUR, USD/share, percent; empty for a plain count)", "")
            question = dataclasses.replace(question, of=of, unit=unit)
    if kind in ROLES:
        question = dataclasses.replace(question, role=_ask_role(kind, ask, say))
    if kind is QuestionKind.DATE:
        question = dataclasses.replace(question, overdue=_ask_grace(ask, say))
    own = ask("Words that must stand in the same sentence, by commas (empty: any sentence on the topic)", "")
    return dataclasses.replace(question, subject=_list(own))


def _ask_states(question: QuestionDraft, ask: Ask, say: Say) -> QuestionDraft:
    families = load_language().families
    rows = [f"{family.id}: {', '.join(state.name for state in family.states)}" for family in families.values()]
    chosen = _choose(ask, say, "Which of these courses fits?", [*rows, "none of them: I name the states myself"])
    if chosen < len(rows):
        return dataclasses.replace(question, family=list(families)[chosen])
    states = _list(_needed(ask, say, "The states, by commas, in their order"))
    follows = ask("Do they follow one another, so that a step back is news? (yes/no)", "yes")
    return dataclasses.replace(question, states=states, ordered=follows.lower().startswith("y"))


def _ask_role(kind: QuestionKind, ask: Ask, say: Say) -> str:
    roles = ROLES[kind]
    words = _ROLES | (_PLACE_ROLES if kind is QuestionKind.PLACES else {})
    chosen = _choose(ask, say, "Which one exactly?", ["any", *(words.get(role, role) for role in roles)], default="1")
    return "" if chosen == 0 else roles[chosen - 1]


def _ask_grace(ask: Ask, say: Say) -> str:
    while True:
        given = ask('Flag a promised date that passes? (how long after it: "1 day", "2 weeks"; no: never)', "1 day")
        if given.lower() in ("no", "never", "n"):
            return ""
        try:
            read_span(given)
        except ValueError as error:
            say(str(error))
        else:
            return given


def _choose(ask: Ask, say: Say, what: str, options: Sequence[str], default: str = "") -> int:
    """The index of the chosen option; people see them from 1 on."""
    say(what)
    for number, option in enumerate(options, 1):
        say(f"  {number:2}  {option}")
    while True:
        given = ask("Number", default)
        if given.isascii() and given.isdigit() and 1 <= int(given) <= len(options):
            return int(given) - 1
        say(f"'{given}' is none of them; give a number from 1 to {len(options)}.")


def _needed(ask: Ask, say: Say, what: str) -> str:
    while True:
        given = ask(what, "")
        if any(part.strip() for part in given.split(",")):
            return given
        say("This is needed.")


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
