"""ChangeReport -> one self-contained HTML page: no network, style and the small filter script allowed by their hashes."""

from markupsafe import Markup

from pipeline.report.change_report import ChangeReport, joined, older_words
from pipeline.report.items import voice_words
from pipeline.report.page import own_text, page_environment, source_hash
from pipeline.report.signs import ICONS, TONES, WORDS
from pipeline.report.timeline import render_timeline, timeline_list
from pipeline.report.when import day_words, moment_words


def render_html(report: ChangeReport) -> str:
    """The report as a page that can be mailed, kept and printed. All text from the web is escaped.

    Lone surrogates and control characters are gone already: `build_report` cleans what it takes in.
    """
    style, script = own_text("report.css"), own_text("report.js")
    environment = page_environment()
    environment.filters |= {"day": day_words, "moment": moment_words, "joined": joined, "older": older_words, "voice": voice_words}
    template = environment.from_string(own_text("report.html"))
    # Style and script are our own files, and the timelines escape what they show.
    timelines = {watch.watch.id: Markup(render_timeline(watch)) for watch in report.watches}  # noqa: S704
    return template.render(
        report=report,
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        style_hash=source_hash(style),
        script_hash=source_hash(script),
        timelines=timelines,
        timeline_list=timeline_list,
        icons=ICONS,
        words=WORDS,
        tones=TONES,
    )

