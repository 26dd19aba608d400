"""Text from the web is text in every rendering, through whatever field it came."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from pipeline.report.html import render_html
from pipeline.report.markdown import escaped, render_markdown
from pipeline.report.page import own_text
from pipeline.report.plain import printable
from pipeline.report.rows import change_row, csv_text, json_lines, write_text
from pipeline.report.tables import table_text
from pipeline.report.text import render_text
from tests.builders import make_change, make_claim
from tests.report.builders import make_busy_report, make_filled_report, make_report

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "</title></style></script><svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "{{ 7*7 }} {% raw %} {{ ''.__class__ }}",
    "&lt;b&gt; &#60;i&#62;",
    "\u202ereversed\u202c",
    "|a|b|\n# heading\n> quote\n---\n",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//http://x",
    "data:text/html,<b>",
    'http://a"onmouseover="alert(1)',
    "https://a.example/<script>",
    "https://a.example/x y)](javascript:alert(1))",
    "`code` ~~x~~ **b** <!-- -->",
    "]]><![CDATA[",
    "\x1b]0;title\x07\x1b[31mred",
    "\ud800 lone",
    "a\x00b",
    "www.evil.example mailto:a@b.example https://evil.example",
    "1. one\n2) two",
    "=====",
    "<plaintext>",
    "</svg></details></main>",
    "\u2028</p>",
    "*" * 50,
]
OWN = {
    "html": {"lang"},
    "head": set(),
    "meta": {"charset", "http-equiv", "content", "name"},
    "title": set(),
    "style": set(),
    "script": set(),
    "body": set(),
    "a": {"class", "href", "rel"},
    "header": {"class"},
    "p": {"class", "dir"},
    "h1": set(),
    "h2": {"id"},
    "h3": set(),
    "h4": {"class", "id"},
    "nav": {"aria-label"},
    "ul": set(),
    "ol": {"class"},
    "li": {"class", "data-kind", "id"},
    "dl": {"class"},
    "dt": set(),
    "dd": set(),
    "b": {"dir"},
    "small": set(),
    "div": {"class", "role", "aria-label", "tabindex"},
    "span": {"class", "id", "role"},
    "button": {"type", "class", "data-kind", "disabled", "id", "hidden"},
    "main": {"id"},
    "section": {"class", "aria-labelledby"},
    "article": {"class", "id", "data-kind", "aria-labelledby"},
    "time": {"datetime"},
    "blockquote": set(),
    "del": set(),
    "ins": set(),
    "mark": set(),
    "q": set(),
    "table": {"class"},
    "thead": set(),
    "tbody": set(),
    "tr": {"class"},
    "th": {"scope"},
    "td": {"class"},
    "details": {"class"},
    "summary": set(),
    "footer": {"class"},
    "svg": {"class", "viewbox", "width", "height", "aria-hidden", "role", "aria-label"},
    "g": {"class", "transform"},
    "path": {"d"},
    "rect": {"class", "x", "y", "width", "height", "rx"},
    "circle": {"class", "cx", "cy", "r"},
    "line": {"class", "x1", "y1", "x2", "y2"},
    "text": {"class", "x", "y", "text-anchor"},
}
anything = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(min_size=1, max_size=80),
    st.lists(st.sampled_from([*HOSTILE, " ", "x"]), min_size=1, max_size=4).map("".join),
)


def live_markup(page: str) -> list[str]:
    """What of a page is not of our own template: foreign tags, foreign attributes, links that are no web address, other scripts than ours."""
    found = []
    for node in lxml_html.document_fromstring(page.encode("utf-8", "strict")).iter():
        if not isinstance(node.tag, str):
            found.append(f"comment {node}")
            continue
        if node.tag not in OWN:
            found.append(node.tag)
            continue
        found += [
            f"{node.tag} {name}={value}"
            for name, value in node.attrib.items()
            if name.lower() not in OWN[node.tag] or (name == "href" and not re.match(r"https?://|#[\w-]+$", value, re.IGNORECASE))
        ]
        if (node.tag == "script" and node.text != own_text("report.js")) or (node.tag == "style" and node.text != own_text("report.css")):
            found.append(f"foreign {node.tag}")
    return found


def markdown_tokens(text: str) -> list[str]:
    """What a CommonMark renderer with tables and struck-out text would make of it, other than our own shapes."""
    found = []
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    for token in [inner for outer in tokens for inner in (outer, *(outer.children or ()))]:
        if token.type in (
            "html_block",
            "html_inline",
            "image",
            "code_block",
            "code_inline",
            "fence",
            "ordered_list_open",
            "lheading_open",
            "em_open",
        ):
            found.append(f"{token.type} {token.content}")
        if token.type == "link_open" and not str(token.attrGet("href")).lower().startswith(("http://", "https://")):
            found.append(f"link {token.attrGet('href')}")
        if token.type == "heading_open" and token.markup not in ("#", "##", "###"):
            found.append(f"heading {token.markup}")
    return found


def test_the_oracle_sees_live_markup():
    page = render_html(make_report()).replace("</main>", "<img src=x onerror=a><a href='javascript:x'>y</a></main>")
    assert live_markup(page) == ["img", "a href=javascript:x"]
    assert markdown_tokens("<b>x</b> ![a](b) [c](javascript:d)") != []


def test_an_honest_report_has_only_our_own_markup():
    for report in (make_report(notice="n", where="x.txt:1"), make_busy_report()):
        assert live_markup(render_html(report)) == []
        assert markdown_tokens(render_markdown(report)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_is_live_in_any_field_of_any_rendering(text: str):
    report = make_filled_report(text)
    assert live_markup(render_html(report)) == []
    assert markdown_tokens(render_markdown(report)) == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", render_text(report))


@settings(max_examples=80, deadline=None)
@given(anything)
@example("https://a.example/\\")
def test_no_text_is_live_in_the_page_the_markdown_or_the_terminal(text: str):
    report = make_filled_report(text)
    assert live_markup(render_html(report)) == []
    assert markdown_tokens(render_markdown(report)) == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", render_text(report))


@given(st.text(max_size=60))
def test_escaped_markdown_says_what_the_text_said(text: str):
    clean = " ".join(printable(text).split())
    # A renderer may turn a quote or a dash; these are the plain rules, which do not.
    tokens = MarkdownIt("commonmark").parse(f"x {escaped(clean)}")
    said = "".join(child.content for token in tokens for child in (token.children or ()) if child.type in ("text", "text_special"))
    assert said.split() == ["x", *clean.split()]


def test_colour_codes_of_a_source_never_reach_the_terminal():
    shown = render_text(make_report("Look \x1b[31mhere\x1b]0;gone\x07 now"), colour=True)
    assert "\x1b[31mhere" not in shown
    assert "\x1b]0" not in shown


def test_a_table_for_the_terminal_has_no_colour_codes_of_a_source():
    shown = table_text(
        [{"evidence": {"sentence": "Look \x1b[31mhere"}, "seen_at": "2031-05-12T09:00:00+00:00"}],
        ["evidence.sentence", "seen_at"],
        width=80,
    )
    assert "\x1b" not in shown
    assert "2031-05-12 09:00" in shown
    assert shown.endswith("1 row")


def test_a_link_that_is_no_web_address_is_left_out():
    page = render_html(make_report(url="javascript:alert(1)"))
    assert "javascript:" not in page


def test_lists_and_wide_signs_are_no_formulas_either():
    text = csv_text([{"why": ["=cmd", "b"], "answers": [{"text": "=1"}], "wide": "＝1+1", "line": "\n=1"}])
    assert text.splitlines()[1].startswith("'=cmd; b,\"[{")
    assert "'＝1+1" in text
    assert "'\n=1" in text


def test_lone_surrogates_are_written_as_json_escapes(tmp_path):
    write_text(tmp_path / "changes.jsonl", json_lines([change_row(make_change(make_claim(sentence="x \ud800")))]))
    assert "x \\ud800" in (tmp_path / "changes.jsonl").read_text(encoding="utf-8")


def test_what_is_clean_is_not_copied():
    change = make_change(make_claim())
    assert printable(change) is change
    assert printable("a\tb\x1b[0m\u202e") == "a b\ufffd[0m"
