"""ChangeReport -> one self-contained HTML page: no network, style and the small filter script allowed by their hashes."""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipeline.report.change_report import ChangeReport, joined
from pipeline.report.items import voice_words
from pipeline.report.signs import ICONS, TONES, WORDS
from pipeline.report.timeline import render_timeline, timeline_list
from pipeline.report.when import day_words, moment_words

_TEMPLATES = files("pipeline.report") / "templates"


def render_html(report: ChangeReport) -> str:
    """The report as a page that can be mailed, kept and printed. All text from the web is escaped.

    Lone surrogates and control characters are gone already: `build_report` cleans what it takes in.
    """
    style, script = _own("report.css"), _own("report.js")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"day": day_words, "moment": moment_words, "joined": joined, "voice": voice_words}
    template = environment.from_string(_own("report.html"))
    # Style and script are our own files, and the timelines escape what they show.
    timelines = {watch.watch.id: Markup(render_timeline(watch)) for watch in report.watches}  # noqa: S704
    return template.render(
        report=report,
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
        timelines=timelines,
        timeline_list=timeline_list,
        icons=ICONS,
        words=WORDS,
        tones=TONES,
    )


def _own(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
