"""ChangeReport -> Markdown. All text from the web is escaped; links only http and https; no images."""

import re

from pipeline.report.change_report import ChangeItem, ChangeReport, status_word

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def render_markdown(report: ChangeReport) -> str:
    """The report as Markdown (CommonMark with tables)."""
    lines = ["# What changed", ""]
    if report.notice:
        lines += [f"> **{escaped(report.notice)}**", ""]
    lines += [
        f"{report.changes} changes in {report.claims} claims from {report.articles} articles. Made {report.now:%Y-%m-%d %H:%M} UTC.",
        "",
    ]
    lines += [f"- {escaped(problem.where)}: {escaped(problem.what)}. {escaped(problem.remedy)}" for problem in report.problems]
    for watch in report.watches:
        lines += ["", f"## {escaped(watch.watch.title)}", "", "| question | stands | answer | on whose word |", "|---|---|---|---|"]
        for question in watch.questions:
            state = question.state
            if state is not None:
                answers = "; ".join(f"{escaped(answer.answer.text[:120])} ({answer.certainty.value})" for answer in state.answers[-4:])
                voices = "; ".join(escaped(", ".join(answer.speakers[:3])) for answer in state.answers[-4:])
                lines.append(f"| {escaped(question.asks)} | {status_word(state)} | {answers} | {voices} |")
        for day in watch.days:
            lines += ["", f"### {day.day:%d %B %Y}", ""]
            for item in day.items:
                lines += _item(item)
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text with every character that means something in Markdown escaped, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _item(item: ChangeItem) -> list[str]:
    change = item.change
    lines = [f"**{item.sign} {item.word}** {escaped(item.asks)} **{escaped(item.old)} → {escaped(item.new)}**", ""]
    if change.prior:
        lines.append(
            f"- before: {escaped(change.prior.sentence)} ({escaped(change.prior.speaker)}, {change.prior.said_at:%Y-%m-%d}{_link(item.prior_link)})"
        )
    lines.append(
        f"- {'promise' if change.kind.value == 'overdue' else 'gone' if change.new is None else 'now'}: {escaped(change.evidence.sentence)} "
        f"({escaped(change.evidence.speaker)}, {change.evidence.said_at:%Y-%m-%d}{_link(item.link)})"
    )
    lines += [f"- why: {escaped('; '.join(change.why))}", ""]
    return lines


def _link(link: str) -> str:
    # A URL may hold a bracket that would end the link early.
    bare = re.sub(r"[<>\s]", "", link)
    return f", [source](<{bare}>)" if bare else ""
