"""A picture of growth from the saved figures of a release: `python -m tests.bench.picture NAME` writes docs/pictures/growth.svg.

What is drawn is how often the cost at the smallest store is paid: the whole pipeline, the look-up of one statement, storing, and what
comparing with every stored statement would cost. Both axes are logarithmic.
"""

import json
import math
import re
import sys
from html import escape
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"
# Name in the picture, how a part is called, what figure of it, colour.
LINES = (
    ("compare with all (rapidfuzz)", "look-up", "rapidfuzz over all of them", "#9a9a9a"),
    ("look up one statement, p50", "look-up", "SQLite, near: p50", "#1f6f8b"),
    ("store an article", "look-up", "storing an article with 20 statements and their keys", "#b3541e"),
    ("whole pipeline / bare parse", "whole pipeline", "text in to changes stored, against the bare parse", "#4b7d3a"),
)
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 380, 60, 250, 30, 50


def series(results: dict[str, list[dict[str, object]]], part: str, what: str) -> list[tuple[int, float]]:
    """(number stored, value) of one figure, by size."""
    found = []
    for title, figures in results.items():
        size = re.fullmatch(rf"{part}, ([\d,]+) stored \w+", title)
        found += [(int(size[1].replace(",", "")), float(str(figure["value"]))) for figure in figures if size and figure["what"] == what]
    return sorted(found)


def draw(results: dict[str, list[dict[str, object]]]) -> str:
    """The picture as SVG; lines without at least two sizes are left out."""
    drawn = [(name, points, colour) for name, part, what, colour in LINES if len(points := series(results, part, what)) > 1]
    sizes = sorted({size for _, points, _ in drawn for size, _ in points})
    most = max(value / points[0][1] for _, points, _ in drawn for _, value in points)
    decades = max(1, math.ceil(math.log10(most)))

    def x(size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(size / sizes[0]) / math.log10(sizes[-1] / sizes[0])

    def y(times: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log10(max(times, 1.0)) / decades

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img">']
    parts.append("<title>How the cost grows with what is stored</title>")
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>')
    for power in range(decades + 1):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10**power):.1f}" y2="{y(10**power):.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(10**power) + 4:.1f}" text-anchor="end" fill="#444444">{10**power} x</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#444444">{size:,}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 8}" fill="#444444">stored claims and statements; the cost at {sizes[0]:,} is 1</text>')
    ends = sorted((y(points[-1][1] / points[0][1]), name) for name, points, _ in drawn)
    labels: dict[str, float] = {}
    floor = 0.0
    for place, name in ends:
        labels[name] = floor = max(place, floor + 18)
    for name, points, colour in drawn:
        path = " ".join(f"{x(size):.1f},{y(value / points[0][1]):.1f}" for size, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x(size):.1f}" cy="{y(value / points[0][1]):.1f}" r="4" fill="{colour}"/>' for size, value in points]
        told = f"{name}: {points[-1][1] / points[0][1]:.1f} x"
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{labels[name] + 4:.1f}" fill="{colour}">{escape(told)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def save(name: str) -> None:
    """Draw the saved figures of one release, if they are of more than one size."""
    results = json.loads((DOCS / "bench" / f"{name}.json").read_text(encoding="utf-8"))
    if len({title.partition(", ")[2].split()[0] for title in results if ", " in title}) > 1:
        (DOCS / "pictures" / "growth.svg").write_text(draw(results), encoding="utf-8")


if __name__ == "__main__":
    save(sys.argv[1])
