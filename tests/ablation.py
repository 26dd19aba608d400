"""What each part of the rules is worth: the tuned stories once more, with one part taken out at a time. Run by `make ablation`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline import deciding
from pipeline.config import load_story
from pipeline.evaluate import table
from pipeline.evaluate.gold import read_gold
from pipeline.evaluate.scorer import Counts
from pipeline.model import Certainty, Claim, Voice
from pipeline.shipped import shipped

FIGURES = ("either_f1", "either_precision", "core_recall", "strict_f1", "prior_acc", "noise_per_100", "state_acc")


def _outlet(claim: Claim) -> Voice:
    name = claim.voice.publisher
    return Voice(speaker=name, institution=name, carrier="", publisher=name, attributed=False)


PARTS: dict[str, Callable[[Claim], Claim]] = {
    "everything": lambda claim: claim,
    "without voices": lambda claim: replace(claim, voice=_outlet(claim), denial=False),
    "without certainty": lambda claim: replace(claim, certainty=Certainty.FACT),
    "without background and passing words": lambda claim: replace(claim, background=False, passing=False),
    "without episodes and windows": lambda claim: replace(claim, episode="", window="total"),
    "without parts and movements": lambda claim: replace(claim, part=False, moved=False),
    "without doubt (tentative)": lambda claim: replace(claim, tentative=False),
    "without constancy words": lambda claim: replace(claim, affirmed=False),
}


def measure() -> str:
    """The table of figures, one row for each part taken out."""
    seeds = shipped("seeds")
    names = table.tomllib.loads((seeds / "floors.toml").read_text(encoding="utf-8"))["tuned"]["stories"]
    whole: Any = deciding.find_claims
    lines = ["| | " + " | ".join(FIGURES) + " |", "|---" * (len(FIGURES) + 1) + "|"]
    for part, change in PARTS.items():
        deciding.find_claims = lambda *given, change=change: tuple(change(claim) for claim in whole(*given))  # type: ignore[assignment]
        total = Counts()
        for name in names:
            total += table._replayed(seeds / name, load_story(seeds / name / "config"), read_gold(seeds / name)).counts
        figures = total.figures()
        lines.append(f"| {part} | " + " | ".join(f"{figures[name] or 0.0:.1f}" if name == "noise_per_100" else f"{figures[name] or 0.0:.3f}" for name in FIGURES) + " |")
        print(lines[-1], flush=True)
    deciding.find_claims = whole
    return "\n".join(lines)


if __name__ == "__main__":
    print(measure())
