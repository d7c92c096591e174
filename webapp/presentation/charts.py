"""Bar charts as SVG: every bar has its name and its number, so that nobody needs colour
to read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, LINE, NAMES, NUMBERS = 540, 26, 175, 90
LONGEST_NAME = 23


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One bar. ``part`` of its ``value`` is drawn full, the rest hatched; without it
    all of it is full. ``words`` are written behind it.
    """

    name: str
    value: int
    words: str
    part: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A picture and the table beside it: ``head`` names the columns of ``rows``."""

    name: str
    title: str
    note: str
    bars: tuple[Bar, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def svg(self) -> Markup:
        """The picture."""
        return bar_chart(self.name, self.title, self.bars)


def bar_chart(name: str, title: str, bars: Sequence[Bar]) -> Markup:
    """Bars from top to bottom. ``name`` is an id that the page has once."""
    height = LINE * len(bars) + 8
    longest = max((bar.value for bar in bars), default=0) or 1
    room = WIDTH - NAMES - NUMBERS
    drawn = Markup("").join(
        _bar(bar, name, LINE * number + 4, room / longest)
        for number, bar in enumerate(bars)
    )

    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="{name}-chart"><title id="{name}-chart">{title}</title>'
        '<defs><pattern id="{name}-hatch" width="6" height="6" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="chart-ground" width="6" height="6"></rect>'
        '<rect class="chart-full" width="2" height="6"></rect></pattern></defs>'
        "{drawn}</svg>"
    ).format(width=WIDTH, height=height, name=name, title=title, drawn=drawn)


def _bar(bar: Bar, name: str, top: int, scale: float) -> Markup:
    full = bar.value if bar.part is None else bar.part
    middle = top + LINE / 2 + 1
    end = NAMES + bar.value * scale
    rest = Markup("")
    if bar.value > full:
        rest = Markup(
            '<rect x="{x:.1f}" y="{y}" width="{w:.1f}" height="16" '
            'fill="url(#{name}-hatch)" class="chart-edge"></rect>'
        ).format(
            x=NAMES + full * scale, y=top + 4, w=(bar.value - full) * scale, name=name
        )

    return Markup(
        '<text x="{label}" y="{middle}" class="chart-name">{words}</text>'
        '<rect x="{left}" y="{y}" width="{w:.1f}" height="16" class="chart-full">'
        "</rect>{rest}"
        '<text x="{end:.1f}" y="{middle}" class="chart-number">{number}</text>'
    ).format(
        label=NAMES - 8,
        middle=middle,
        words=escape(_short(bar.name)),
        left=NAMES,
        y=top + 4,
        w=full * scale,
        rest=rest,
        end=end + 6,
        number=bar.words,
    )


def _short(name: str) -> str:
    """A name that fits before its bar; the table has all of it."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
