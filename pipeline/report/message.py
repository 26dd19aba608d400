"""Changes to be told -> the title and text of one message. Plain text; what came from the web is cleaned and never a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from pipeline.errors import ConfigError
from pipeline.model import Change, ChangeKind
from pipeline.report.items import change_item, voice_words
from pipeline.report.plain import printable
from pipeline.report.when import day_words
from pipeline.watches import Story

_SHIPPED = files("pipeline.report") / "templates" / "message.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A change to be told; `reminder` counts from 1 where it was told before. `key` is the same for every attempt."""

    change: Change
    key: str
    reminder: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change as a template sees it; all plain text on one line. `reference` tells receivers a repeated message."""

    kind: str
    word: str
    reminder: int
    old: str
    old_note: str
    new: str
    new_note: str
    before: str
    prior_voice: str
    prior_day: str
    label: str
    after: str
    voice: str
    day: str
    why: str
    link: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageItem:
    """What is told of one question: all its changes, in order of detection."""

    watch: str
    asks: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent."""

    title: str
    body: str


def compose_message(story: Story, tellings: Sequence[Telling], template: str = "") -> Message:
    """One message about some changes, an item per question.

    Args:
        story: For the titles of watches and the words of questions.
        tellings: What to tell, in order of detection.
        template: A file of the user's with a Jinja2 template; "" for the shipped one. It sees `items` and `notice`.

    Raises:
        ConfigError: The template cannot be read, or fails; says which.
    """
    grouped: dict[tuple[str, str], list[Telling]] = {}
    for telling in tellings:
        grouped.setdefault((telling.change.watch, telling.change.question), []).append(telling)
    items = tuple(_item(story, *place, told) for place, told in grouped.items())
    number = len(tellings)
    watches = list(dict.fromkeys(item.watch for item in items))
    title = f"{number} change{'' if number == 1 else 's'}: {', '.join(watches[:3])}{' ...' if len(watches) > 3 else ''}"
    return Message(title=title, body=_rendered(template, items, printable(story.notice)))


def _item(story: Story, watch: str, question: str, tellings: Sequence[Telling]) -> MessageItem:
    declared = next((found for found in story.watches if found.id == watch), None)
    asked = next((found for found in declared.questions if found.id == question), None) if declared else None
    asks = printable((asked.asks if asked else "") or question)
    title = printable(declared.title if declared else watch)
    return MessageItem(watch=title, asks=asks, told=tuple(_told(telling, asks) for telling in tellings))


def _told(telling: Telling, asks: str) -> Told:
    item = change_item(telling.change, asks)
    change = item.change
    gone = change.kind is ChangeKind.WITHDRAWN and change.prior is None
    return Told(
        kind=change.kind.value,
        word=item.word,
        reminder=telling.reminder,
        old=item.old,
        old_note=item.old_note,
        new=item.new,
        new_note=item.new_note,
        before=change.prior.sentence if change.prior else "",
        prior_voice=voice_words(change.prior) if change.prior else "",
        prior_day=day_words(change.prior.said_at) if change.prior else "",
        label="promise" if change.kind is ChangeKind.OVERDUE else "gone" if gone else "now",
        after=change.evidence.sentence,
        voice=voice_words(change.evidence),
        day=day_words(change.evidence.said_at),
        why="; ".join(item.why),
        link=item.link,
        reference=telling.key,
    )


def _rendered(template: str, items: Sequence[MessageItem], notice: str) -> str:
    # Sandboxed, and without escaping: the message is plain text, and only the user's own file is a template.
    environment = SandboxedEnvironment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        source = Path(template).read_text(encoding="utf-8") if template else _SHIPPED.read_text(encoding="utf-8")
        return environment.from_string(source).render(items=items, notice=notice).strip() + "\n"
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("the message's template cannot be read", where=template, remedy="Check `template` in notify.toml.") from error
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"{template}:{line}" if line else template
        raise ConfigError(f"the message's template fails: {error}", where=where, remedy="See docs/notifications.md.") from error
