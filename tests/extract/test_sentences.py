import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.sentences import sentence_starts


def split(text: str) -> list[str]:
    starts = [*sentence_starts(text), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, starts[1:], strict=False)]


@pytest.mark.parametrize(("text", "parts"), [
    ("It rained. The match went on.", 2),
    ("Col. Ada Wren spoke to Gen. Holt. Nobody answered.", 2),
    ("The U.S. Navy sailed. It came back.", 2),
    ("The talks with the U.S. The delegates left.", 2),
    ("It opened at 9 a.m. Tuesday and closed at 5 p.m. The crowd went home.", 2),
    ("J. K. Olsen won. He smiled.", 2),
    ("Gate No. 4 was shut. Gate No. 5 was not.", 2),
    ("The price rose by 3.5 percent in the first quarter.", 1),
    ('"We leave today," she said. "We come back in May."', 2),
    ('He called it "a good start. Nobody gave up. We go on," and left.', 1),
    ("Really?! Yes.", 2),
    ("Version 2.0 came out on Sept. 3 in the evening.", 1),
])
def test_sentences_end_where_a_reader_ends_them(text: str, parts: int):
    assert len(split(text)) == parts, split(text)


def test_a_quotation_that_is_never_closed_does_not_glue_a_page_together():
    text = 'He said "we go. ' + "Then it rained again in the town. " * 60
    assert max(len(part) for part in split(text)) < 700


@given(st.text(max_size=400))
def test_any_text_is_cut_without_loss(text: str):
    starts = sentence_starts(text)
    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert all(start <= len(text) for start in starts)
