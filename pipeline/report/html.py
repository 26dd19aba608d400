"""ChangeReport -> one self-contained HTML page: no script, no network, style allowed by its hash."""

import base64
import datetime as dt
import hashlib
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipeline.report.change_report import ChangeReport, status_word
from pipeline.report.timeline import render_timeline

_TEMPLATES = files("pipeline.report") / "templates"


def render_html(report: ChangeReport) -> str:
    """The report as a page that can be mailed, kept and printed. All text from the web is escaped."""
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"day": _day, "moment": _moment}
    template = environment.from_string((_TEMPLATES / "report.html").read_text(encoding="utf-8"))
    # The style is our own file and the timelines escape what they show.
    timelines = {watch.watch.id: Markup(render_timeline(watch)) for watch in report.watches}  # noqa: S704
    return template.render(report=report, style=Markup(style), style_hash=f"sha256-{digest}", timelines=timelines, status_word=status_word)  # noqa: S704


def _day(value: dt.datetime | dt.date) -> str:
    return f"{value.day} {value:%B %Y}"


def _moment(value: dt.datetime) -> str:
    return f"{value.day} {value:%b %Y, %H:%M}"
