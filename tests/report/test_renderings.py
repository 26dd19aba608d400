import base64
import datetime as dt
import hashlib
import json
import re
from dataclasses import replace

import pytest

from pipeline.detect.state import fold_state
from pipeline.errors import OutputError
from pipeline.model import ChangeKind, QuestionState, StateStatus
from pipeline.report.change_report import IMPORTANCE, LISTED, TOP, WORDS, build_report, source_link
from pipeline.report.html import render_html
from pipeline.report.markdown import escaped, render_markdown
from pipeline.report.rows import change_row, claim_row, csv_text, json_lines, state_row, write_text
from pipeline.report.text import render_text
from pipeline.watches import Question, QuestionKind, Story, Watch
from tests.builders import MONDAY, later, make_change, make_claim, make_voice, stored
from tests.report.builders import current, make_busy_report, make_report


def test_every_kind_has_a_word_a_sign_and_a_rank():
    assert set(IMPORTANCE) == set(ChangeKind) - {ChangeKind.REPEAT}
    assert set(WORDS) == set(ChangeKind)


def test_the_report_shows_both_sentences_who_said_them_and_why():
    report = make_report(notice="written for a test")
    for rendered in (render_text(report), render_markdown(report), render_html(report)):
        plain = re.sub(r"<[^>]+>|\\|\s+", " ", rendered)
        plain = re.sub(r" +", " ", plain)
        assert "written for a test" in plain
        assert "The bridge will close on Friday" in plain
        assert "Thirty" in plain
        assert "Anna Berg" in plain
        assert "because" in plain
        assert "promise overdue" in plain.lower()


def test_the_most_urgent_changes_come_first():
    report = make_report()
    assert report.top[0].change.kind is ChangeKind.OVERDUE
    assert ChangeKind.NEW not in {item.change.kind for item in report.top}


def test_one_kind_does_not_crowd_the_others_out_of_what_to_read_first():
    items = make_busy_report().top
    kinds = [item.change.kind for item in items]
    assert len(items) == TOP
    assert kinds == sorted(kinds, key=IMPORTANCE.index)
    assert len(set(kinds)) > 5


def test_the_page_needs_no_network_and_allows_only_its_own_style_and_script_by_their_hashes():
    page = render_html(make_report())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
    allowed = {name: re.search(rf"{name}-src &#39;sha256-([^&]+)&#39;|{name}-src 'sha256-([^']+)'", policy) for name in ("style", "script")}
    for name, tag in (("style", "style"), ("script", "script")):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL).group(1)
        found = next(group for group in allowed[name].groups() if group)
        assert found.replace("&#43;", "+") == base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'") or policy.startswith("default-src &#39;none&#39;")
    assert not re.search(r"<(?:img|link|iframe|object|embed)|@import|url\(", page)


def test_an_empty_report_says_so_in_every_rendering():
    report = build_report(Story(watches=(Watch(id="w", title="The bridge"),)), (), (), (), now=MONDAY)
    assert "Nothing has changed" in render_html(report)
    assert "0 changes" in render_markdown(report)
    assert "0 changes" in render_text(report)


def test_a_change_of_a_watch_that_is_no_longer_declared_is_left_out():
    report = build_report(Story(watches=(Watch(id="other", title="Other"),)), [make_change(make_claim())], (), (), now=MONDAY)
    assert (report.changes, report.counts, report.first) == (0, (), None)


def test_text_keeps_within_its_columns_and_has_no_colour_codes_unless_asked():
    for width in (40, 80, 132):
        shown = render_text(make_report(notice="written for a test"), width=width)
        assert max(map(len, shown.splitlines())) <= width
        assert "\x1b" not in shown
    assert "\x1b[" in render_text(make_report(), colour=True)


def test_text_without_details_still_shows_both_sentences_of_what_matters_most():
    shown = render_text(make_report(), details=False, width=120)
    assert "- The bridge will close on Friday" in shown
    assert "+ The bridge will close on Friday, the mayor said. Thirty." in shown


def test_the_states_that_need_attention_stand_first():
    report = make_busy_report(steps=6)
    words = [question.word for question in report.watches[0].answered]
    assert words == sorted(words, key=["overdue", "disputed", "settled", "last said", "not known"].index)


def test_equal_answers_are_shown_once_with_everyone_behind_them():
    claim = make_claim()
    other = later(claim, voice=make_voice("Kim Holt"))
    state = QuestionState(
        as_of=MONDAY, after=None, watch="bridge", question="closing", status=StateStatus.SETTLED, answers=(current(claim), current(other))
    )
    story = Story(watches=(Watch(id="bridge", title="Bridge", questions=(Question(id="closing", kind=QuestionKind.STATUS),)),))
    held = build_report(story, (), [state], (), now=MONDAY).watches[0].questions[0].holds
    assert [(answer.text, answer.speakers) for answer in held] == [("begun", ("Anna Berg", "Kim Holt"))]


def test_the_link_leads_to_the_sentence():
    evidence = make_change(make_claim()).evidence
    assert source_link(evidence).startswith("https://example.org/a#:~:text=The%20bridge%20will%20close,")


def test_rows_are_json_with_the_documented_keys():
    first = make_claim()
    change = change_row(make_change(later(first), ChangeKind.STATUS_CHANGED, first))
    assert list(change) == [
        "format",
        "id",
        "watch",
        "question",
        "kind",
        "old",
        "new",
        "effective",
        "detected_at",
        "score",
        "why",
        "evidence",
        "prior",
    ]
    assert list(change["evidence"]) == [
        "url",
        "version",
        "published",
        "start",
        "end",
        "sentence",
        "speaker",
        "carrier",
        "publisher",
        "said_at",
        "certainty",
    ]
    state = state_row(fold_state([stored(first)], watch="bridge", question="closing", as_of=MONDAY, after=None))
    assert list(state) == ["format", "as_of", "after", "watch", "question", "status", "answers"]
    assert list(state["answers"][0]) == ["text", "type", "value", "unit", "bound", "certainty", "speakers", "since", "evidence"]
    assert all(json.loads(line)["format"] == 1 for line in json_lines([change, state, claim_row(stored(first))]).splitlines())


def test_cells_that_a_spreadsheet_would_run_are_quoted():
    text = csv_text([{"a": "=1+1", "b": {"c": "@x", "d": "plain"}, "e": -3}])
    assert text == "a,b.c,b.d,e\n'=1+1,'@x,plain,-3\n"


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    write_text(tmp_path / "a" / "x.txt", "old")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(tmp_path / "file" / "x.txt", "new")
    assert (tmp_path / "a" / "x.txt").read_text() == "old"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["x.txt"]


def test_json_lines_are_written_one_row_a_line(tmp_path):
    write_text(tmp_path / "x.jsonl", json_lines([{"a": "é"}, {"a": None}]))
    assert (tmp_path / "x.jsonl").read_text(encoding="utf-8") == '{"a": "é"}\n{"a": null}\n'


def test_the_clock_of_rows_is_utc():
    east = MONDAY.astimezone(dt.timezone(dt.timedelta(hours=5)))
    change = change_row(replace(make_change(make_claim()), detected_at=east))
    assert change["detected_at"] == MONDAY.isoformat()


def test_markdown_characters_are_escaped():
    assert escaped("a*b_[c](d)|e\nf") == r"a\*b\_\[c\]\(d\)\|e f"


def test_of_many_changes_the_newest_are_shown_the_urgent_are_kept_and_the_rest_is_counted():
    first = make_claim()
    old = replace(make_change(first, ChangeKind.OVERDUE), detected_at=MONDAY)
    rest = tuple(
        replace(make_change(first, ChangeKind.NUMBER_CHANGED), detected_at=MONDAY + dt.timedelta(minutes=number + 1)) for number in range(LISTED + 20)
    )
    report = build_report(Story(watches=(Watch(id=first.watch, title="The bridge"),)), (old, *rest), (), (), now=MONDAY + dt.timedelta(days=9))
    (watch,) = report.watches
    shown = [item.change.detected_at for day in watch.days for item in day.items]
    assert report.changes == watch.changes == LISTED + 21
    assert report.top[0].change.kind is ChangeKind.OVERDUE
    assert min(shown) == MONDAY
    assert max(shown) == rest[-1].detected_at
    assert watch.older == LISTED + 21 - len(shown) > 0
    for rendered in (render_text(report), render_markdown(report), render_html(report)):
        assert f"{watch.older} older changes not shown here" in rendered


def test_a_report_that_shows_every_change_says_nothing_of_older_ones():
    assert "not shown here" not in render_text(make_report()) + render_markdown(make_report()) + render_html(make_report())
