"""Two questions that take the same kind of answer are told apart by the words that the analyst gave them."""

from pipeline.language.phrases import stem
from pipeline.match.profiles import Profiles
from pipeline.watches import Question, QuestionKind, Watch

WATCH = Watch(id="council", title="The council", questions=(
    Question(id="tunnel-share", kind=QuestionKind.QUANTITY, unit="percent", asks="What share wants the tunnel?", subject=("vote",)),
    Question(id="bridge-share", kind=QuestionKind.QUANTITY, unit="percent", asks="What share wants the bridge?", subject=("vote",)),
))


def fits(sentence: str) -> tuple[float, float]:
    profiles, stems = Profiles(WATCH), [stem(word) for word in sentence.split()]
    return profiles.fit("tunnel-share", stems), profiles.fit("bridge-share", stems)


def test_the_words_of_its_id_and_its_asks_speak_for_a_question():
    tunnel, bridge = fits("61 percent voted for the bridge")
    assert bridge > tunnel


def test_a_word_that_all_questions_share_tells_none_of_them_apart():
    tunnel, bridge = fits("61 percent voted")
    assert tunnel == bridge > 0


def test_words_that_only_ask_say_nothing():
    assert fits("what share of them and how many") == (0.0, 0.0)
