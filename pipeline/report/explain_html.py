"""Explanation -> one self-contained HTML page: no script, no network, style allowed by its hash, all text escaped."""

from markupsafe import Markup

from pipeline.report.explanation import Explanation
from pipeline.report.page import own_text, page_environment, source_hash
from pipeline.report.when import moment_words


def render_explanation_page(explained: Explanation) -> str:
    """The page, to be kept, mailed and printed."""
    style = own_text("explain.css")
    environment = page_environment()
    environment.filters["moment"] = moment_words
    template = environment.from_string(own_text("explain.html"))
    # The style is our own file.
    return template.render(e=explained, style=Markup(style), style_hash=source_hash(style))  # noqa: S704
