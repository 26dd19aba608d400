"""What a POST did, in words: on top of the next page, and for our script. Taken from the log, so that no address can make it up."""

from sqlalchemy import Connection

from pipeline.store.decisions import summary_of
from pipeline.verdicts import Action

_PAST = {
    Action.ACCEPT: "accepted", Action.DISMISS: "dismissed", Action.SNOOZE: "snoozed", Action.REOPEN: "put back into the inbox",
    Action.SEEN: "marked as seen", Action.UNSEEN: "marked as new", Action.SPLIT: "taken off the question", Action.SAME: "called the same claim",
    Action.UNDO: "put back to where it was",
}  # fmt: skip
# The same as a line of the log: "ann accepted ...".
DID = _PAST | {
    Action.SEEN: "saw", Action.SPLIT: "took off the question", Action.UNDO: "undid", Action.NOTE: "noted on", Action.ALIAS: "taught a name",
    Action.WATCHES: "edited the watches", Action.VIEW: "saved a view", Action.FORGET_VIEW: "dropped a view",
}  # fmt: skip


def outcome_words(connection: Connection, batch: str, left: int) -> str:
    """ "12 changes dismissed. 1 had been decided meanwhile and was left."; "" for a batch that does not exist."""
    found = summary_of(connection, batch) if batch else None
    if found is None:
        told = "" if batch else "There was nothing to do."
    else:
        action, number, note = found
        told = {
            Action.NOTE: "The note is added.", Action.ALIAS: f"{note}, from the next run on.", Action.WATCHES: f"Written: {note}.",
            Action.VIEW: f"{note[:1].upper()}{note[1:]}.", Action.FORGET_VIEW: "The view is gone.",
        }.get(action) or (f"{number:,} change{'' if number == 1 else 's'} {_PAST.get(action, action.value)}." if number else "Undone.")  # fmt: skip
    if left:
        told += f" {left:,} had been decided meanwhile and {'was' if left == 1 else 'were'} left."
    return told.strip()
