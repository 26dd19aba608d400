"""`claimwatch explain`: one article with every claim marked in place, and what the watches make of each sentence."""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli_support import columns, instant


def explain(
    name: Annotated[str, typer.Argument(metavar="FILE|URL", help="A dispatch, a text, a stored page, an http(s) address, or - for standard input.")],
    config: Annotated[Path | None, typer.Option("--config", help="Folder with watches.toml: also say what each watch makes of every sentence.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page to this file instead of text to the screen.")] = None,
    published: Annotated[str | None, typer.Option("--published", help="When it was published (YYYY-MM-DD or an instant): what its dates refer to.")] = None,
    publisher: Annotated[str, typer.Option("--publisher", help="The outlet, where the article does not tell.")] = "",
) -> None:
    """Show an article with every claim marked in place and its slots beside it."""
    import os

    from pipeline.config import load_settings, load_story
    from pipeline.explaining import explain_article
    from pipeline.ingest.single import read_single
    from pipeline.report.explain_html import render_explanation_page
    from pipeline.report.explain_text import render_explanation
    from pipeline.report.rows import write_text
    from pipeline.shipped import shipped

    story = load_story(config) if config else None
    settings = load_settings(config or shipped("config"), os.environ)
    single = read_single(
        name,
        settings=settings,
        now=dt.datetime.now(dt.UTC),
        stdin=sys.stdin.buffer,
        published=instant(published) if published else None,
        publisher=publisher,
    )
    explained = explain_article(single.article, story, name=single.name, dated=single.dated)
    if html is None:
        typer.echo(render_explanation(explained, width=columns(), colour=sys.stdout.isatty()), nl=False)
        return
    write_text(html, render_explanation_page(explained))
    typer.echo(f"{explained.claims} claims in {explained.sentences} sentences: {html.resolve()}")
