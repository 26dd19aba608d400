"""`claimwatch watch explain` and `claimwatch watch new`: what watches make of a text, and a new watch from a few answers."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli_support import Config, WatchId, columns, configured, instant, leave
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.model import Article
    from pipeline.watch_making import WatchDraft


def watch_explain(
    name: Annotated[str, typer.Argument(metavar="FILE|URL|FOLDER", help="An article, an archive, or - for standard input.")],
    config: Config = None,
    watch: WatchId = None,
    published: Annotated[str | None, typer.Option("--published", help="When it was published: what its dates refer to.")] = None,
) -> None:
    """Show for each sentence which question it answers, with the weight and the words that hit, and why others passed."""
    from pipeline.ingest.archive import read_archive
    from pipeline.ingest.single import read_single
    from pipeline.watch_views import explain_watches

    folder = Path(name)
    archive = read_archive(folder) if name != "-" and "://" not in name and folder.is_dir() else None
    own = folder / "config"
    story, settings = configured(config or (own if archive and own.is_dir() else None))
    if watch and watch not in [item.id for item in story.watches]:
        raise ConfigError(f"there is no watch '{watch}'", remedy=f"There are: {', '.join(item.id for item in story.watches)}.")
    articles: list[tuple[str, Article]]
    if archive:
        articles = [(article.source, article) for article in archive.articles]
    else:
        single = read_single(
            name,
            settings=settings,
            now=dt.datetime.now(dt.UTC),
            stdin=sys.stdin.buffer,
            published=instant(published) if published else None,
        )
        articles = [(single.name, single.article)]
    for problem in archive.problems if archive else ():
        typer.echo(f"! {problem.where}: {problem.what}. {problem.remedy}", err=True)
    typer.echo(explain_watches(articles, story, watch=watch or "", width=columns()), nl=False)
    leave(bool(archive and archive.problems), False, False)


def watch_new(
    out: Annotated[Path, typer.Option("--out", help="The configuration folder; a watches.toml in it gets one watch more.")] = Path("config"),
    answers: Annotated[Path | None, typer.Option("--answers", help="Take the answers from this file (TOML) instead of asking.")] = None,
) -> None:
    """Ask a few questions and write a watch that works."""
    from pipeline.interviewing import ask_for_watch
    from pipeline.watch_making import FILE, add_watch, existing, read_answers, watch_text, with_ids

    _, taken = existing(out)
    draft: WatchDraft
    if answers is None:
        typer.echo(f"A new watch for {out / FILE}" + (f", beside {len(taken)} that there are." if taken else "."))
        draft = ask_for_watch(_ask, typer.echo, taken)
        typer.echo(f"\n{watch_text(draft)}")
        if not typer.confirm(f"Write this to {out / FILE}?", default=True):
            typer.echo("Nothing was written.")
            return
    else:
        draft = with_ids(read_answers(answers), taken)
    path, backup = add_watch(draft, out)
    typer.echo(f"The watch '{draft.id}' is in {path}." + (f" What the file was before is in {backup}." if backup else ""))
    typer.echo(f"See what it catches: claimwatch watch check FOLDER --config {out}")


def _ask(question: str, default: str) -> str:
    return str(typer.prompt(question, default=default, show_default=bool(default))).strip()
