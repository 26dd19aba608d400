"""Why a watch passed a sentence over: what anyone asks whose watch misses something."""

from collections.abc import Iterator, Mapping

from pipeline.match.places import Place, sentences_on
from pipeline.match.questions import POSSIBLE, Weighed, weigh
from pipeline.match.watching import WatchIndex
from pipeline.statements import Reading


def off_watch(reading: Reading, index: WatchIndex) -> str:
    """Why the article as a whole is not on the watch; "" if it is."""
    look_alikes = index.hits_of_text(reading.title, "not")
    if look_alikes:
        return f"the headline has a look-alike of the subject: {look_alikes[0].phrase}"
    if not index.concerns(reading):
        groups = "; and ".join(" or ".join(group) for group in index.watch.must_name)
        return f"the article does not name all of: {groups}"
    if next(sentences_on(reading, index), None) is None:
        return f"no sentence has a word of the subject: {', '.join(index.watch.subject)}"
    return ""


def weighed_sentences(reading: Reading, index: WatchIndex) -> Mapping[int, tuple[Place, tuple[Weighed, ...]]]:
    """What every sentence of an article on the watch is worth to each question, by the offset at which the sentence starts."""
    if off_watch(reading, index):
        return {}
    return {place.statement.start: (place, tuple(_weighed(place, index))) for place in sentences_on(reading, index)}


def _weighed(place: Place, index: WatchIndex) -> Iterator[Weighed]:
    weighed = tuple(weigh(place, index))
    yield from weighed
    answered = {item.question.id for item in weighed}
    for question in index.watch.questions:
        if question.id not in answered:
            yield Weighed(question=question, unfit="has no state, cue, unit, role or date of it")


def passed_over(place: Place, weighed: tuple[Weighed, ...]) -> str:
    """Why a sentence of which no claim was made is not taken, by its best chance."""
    look_alikes = place.hits.get("not", ())
    if look_alikes:
        return f"has a look-alike of the subject: {look_alikes[0].phrase}"
    best = max((item for item in weighed if item.found is not None), key=lambda item: item.score, default=None)
    near = "" if place.nearness == 1.0 else "; has no word of the watch's subject itself"
    if best is not None and best.found is not None:
        return f"weighs {best.score:.2f} for {best.question.id} ({best.found.answer.text}), and {POSSIBLE} is needed{near}"
    return f"has no state, cue, unit, role or date of any question{near}"
