"""Where the files that ship with Claimwatch are: beside the checkout, or inside the installed package."""

from pathlib import Path

from pipeline.errors import MissingPartError

_HERE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder `config` or `seeds` as shipped.

    Raises:
        MissingPartError: The installation is incomplete.
    """
    for place in (_HERE / "shipped_data" / name, _HERE.parent / name):
        if place.is_dir():
            return place
    raise MissingPartError(f"the shipped folder {name} is missing", where=str(_HERE), remedy="Install Claimwatch again.")
