"""Writing a watch: from typed answers, from a file of answers, beside watches that there are."""

from pathlib import Path

import pytest

from pipeline.config import load_story
from pipeline.errors import ConfigError
from pipeline.interviewing import ask_for_watch
from pipeline.watch_making import QuestionDraft, WatchDraft, add_watch, check_watch, read_answers, watch_text, with_ids
from pipeline.watches import QuestionKind
from tests.processes import claimwatch

FLOOD = WatchDraft(
    title="The flood on the Elva", subject=("flood", "dam"), questions=(QuestionDraft(kind="quantity", asks="How many have died?", of=("people",), role="dead"),))
ANSWERS = """\
title = "The flood on the Elva"
subject = ["flood", "dam"]
must_name = [["Elva", "Lillby"]]

[[question]]
asks = "When may people go home?"
kind = "date"
role = "event"
subject = ["go home"]
overdue = "2 weeks"
"""


class Typist:
    """Somebody at a terminal who types one line after another; an empty line takes the default."""

    def __init__(self, *lines: str) -> None:
        self._lines, self.seen = list(lines), []

    def ask(self, _: str, default: str) -> str:
        return self._lines.pop(0) or default

    def interview(self, *taken: str) -> WatchDraft:
        draft = ask_for_watch(self.ask, self.seen.append, frozenset(taken))
        assert not self._lines, "not everything that was typed was asked for"
        return draft


TOPIC = ("The flood on the Elva", "flood, Elva, dam", "Elva, Lillby", "")


def test_a_status_question_takes_a_shipped_course():
    (question,) = Typist(*TOPIC, "Is Lillby evacuated?", "1", "15", "", "").interview().questions
    assert (question.id, question.kind, question.family) == ("is-lillby-evacuated", "status", "evacuation")


def test_a_status_question_may_have_states_of_its_own():
    (question,) = Typist(*TOPIC, "How is the dam?", "1", "19", "whole, cracked, burst", "", "dam", "").interview().questions
    assert (question.states, question.ordered, question.subject) == (("whole", "cracked", "burst"), True, ("dam",))


def test_a_date_question_has_a_role_and_a_grace():
    (question,) = Typist(*TOPIC, "When may people go home?", "2", "6", "2 weeks", "go home", "").interview().questions
    assert (question.role, question.overdue) == ("event", "2 weeks")
    (question,) = Typist(*TOPIC, "When did it begin?", "2", "2", "no", "", "").interview().questions
    assert (question.role, question.overdue) == ("start", "")


def test_a_count_says_what_is_counted_in_which_unit_and_which_of_them():
    (question,) = Typist(*TOPIC, "What does it cost?", "3", "damage, repair", "EUR", "", "", "").interview().questions
    assert (question.of, question.unit, question.role) == (("damage", "repair"), "EUR", "")


def test_names_that_must_stand_are_groups():
    draft = Typist("The flood", "flood", "Elva, Lillby", "Norway", "", "Is it over?", "6", "", "").interview()
    assert draft.must_name == (("Elva", "Lillby"), ("Norway",))


@pytest.mark.parametrize(("kind", "lines"), [
    (QuestionKind.STATUS, ("1", "1")), (QuestionKind.DATE, ("2", "", "")), (QuestionKind.QUANTITY, ("3", "house", "", "")), (QuestionKind.DURATION, ("4",)),
    (QuestionKind.PLACES, ("5", "2")), (QuestionKind.YES_NO, ("6",)), (QuestionKind.STATEMENT, ("7",)),
])
def test_every_kind_of_question_gives_a_watch_that_loads(tmp_path: Path, kind: QuestionKind, lines: tuple[str, ...]):
    add_watch(Typist(*TOPIC, "What of it?", *lines, "", "").interview(), tmp_path)
    (watch,) = load_story(tmp_path).watches
    assert [question.kind for question in watch.questions] == [kind]


def test_what_does_not_fit_is_asked_again():
    typist = Typist(*TOPIC, "", "When?", "two", "9", "2", "6", "soon", "1 day", "", "")
    (question,) = typist.interview().questions
    assert (question.kind, question.overdue) == ("date", "1 day")
    assert "A watch needs one question at least." in typist.seen
    assert any("is none of them" in line for line in typist.seen)
    assert any("is no span of time" in line for line in typist.seen)


def test_what_is_needed_is_asked_for_until_it_is_given():
    typist = Typist(*TOPIC, "How many?", "1", "19", ", ,", "wet, dry", "no", "", "")
    (question,) = typist.interview().questions
    assert question.states == ("wet", "dry")
    assert "This is needed." in typist.seen


def test_ids_are_made_of_the_words_and_never_clash():
    twice = (*FLOOD.questions, QuestionDraft(kind="yes-no", asks="How many have died?"), QuestionDraft(kind="yes-no", asks="Ελλάδα;"))
    draft = with_ids(WatchDraft(title="Élva: the flood!", subject=("flood",), questions=twice), frozenset(("elva-the-flood",)))
    assert draft.id == "elva-the-flood-2"
    assert [question.id for question in draft.questions] == ["how-many-have-died", "how-many-have-died-2", "yes-no"]
    check_watch(draft)


def test_texts_with_quotes_backslashes_and_control_characters_come_back_as_they_were(tmp_path: Path):
    title = 'A "flood" \\ of\tletters \x7f \x01 – é'
    add_watch(WatchDraft(title=title, subject=('so-called "flood"',), questions=FLOOD.questions), tmp_path)
    (watch,) = load_story(tmp_path).watches
    assert (watch.title, watch.subject) == (title, ('so-called "flood"',))


def test_a_watch_is_added_to_the_file_that_there_is_and_the_old_one_is_kept(tmp_path: Path):
    path, backup = add_watch(FLOOD, tmp_path)
    assert backup is None
    before = path.read_text() + "# a note of the owner\n"
    path.write_text(before)
    path, backup = add_watch(FLOOD, tmp_path)
    assert backup is not None
    assert backup.read_text() == before
    assert path.read_text().startswith(before.rstrip())
    _, again = add_watch(FLOOD, tmp_path)
    assert again not in (None, backup)
    assert [watch.id for watch in load_story(tmp_path).watches] == ["the-flood-on-the-elva", "the-flood-on-the-elva-2", "the-flood-on-the-elva-3"]


def test_a_file_that_does_not_load_is_left_alone(tmp_path: Path):
    (tmp_path / "watches.toml").write_text("format = 1\n[[watch]]\nid = 3\n")
    with pytest.raises(ConfigError, match=r"watches\.toml:3"):
        add_watch(FLOOD, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["watches.toml"]


def test_a_watch_that_would_not_load_is_not_written(tmp_path: Path):
    bad = WatchDraft(title="The flood", subject=("flood",), questions=(QuestionDraft(kind="date", asks="When?", role="dead"),))
    with pytest.raises(ConfigError, match="a date question has no role 'dead'"):
        add_watch(bad, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_answers_of_a_file_are_checked_with_their_line(tmp_path: Path):
    path = tmp_path / "answers.toml"
    path.write_text(ANSWERS + 'colour = "red"\n')
    with pytest.raises(ConfigError, match=r"answers\.toml:11.*unknown key 'colour'"):
        read_answers(path)


def test_the_command_writes_what_was_typed(tmp_path: Path):
    typed = "\n".join((*TOPIC, "How many have died?", "3", "people", "", "7", "", "", "y", ""))
    ran = claimwatch("watch", "new", "--out", tmp_path, typed=typed)
    assert ran.returncode == 0, ran.stderr
    (watch,) = load_story(tmp_path).watches
    assert [(question.asks, question.of, question.role) for question in watch.questions] == [("How many have died?", ("people",), "injured")]
    assert f"claimwatch watch check FOLDER --config {tmp_path}" in ran.stdout


@pytest.mark.parametrize(("last", "code"), [(("n", ""), 0), ((), 130)])
def test_who_says_no_or_goes_away_leaves_no_file(tmp_path: Path, last: tuple[str, ...], code: int):
    typed = "\n".join((*TOPIC, "Is it over?", "6", "", "", *last))
    assert claimwatch("watch", "new", "--out", tmp_path, typed=typed).returncode == code
    assert list(tmp_path.iterdir()) == []


def test_the_command_takes_answers_from_a_file(tmp_path: Path):
    (tmp_path / "answers.toml").write_text(ANSWERS)
    ran = claimwatch("watch", "new", "--out", tmp_path / "config", "--answers", tmp_path / "answers.toml")
    assert ran.returncode == 0, ran.stderr
    (watch,) = load_story(tmp_path / "config").watches
    assert watch_text(with_ids(read_answers(tmp_path / "answers.toml"), frozenset())) in (tmp_path / "config" / "watches.toml").read_text()
    assert (watch.must_name, watch.questions[0].subject) == ((("Elva", "Lillby"),), ("go home",))
