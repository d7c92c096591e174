"""Which rewritings explain the cells of a column that fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from generator.rewritings.clocks import clock, iso_date
from generator.rewritings.expected import Expected
from generator.rewritings.known import BY_NAME, REWRITINGS
from generator.rewritings.numbers import number
from generator.rewritings.rewriting import Rewriting
from generator.rewritings.texts import NOTHING

_REMEMBERED = 1 << 14
_SHORT_LIST = 200
_LONGEST = 200
"""Longer texts are nobody's numbers, codes or dates."""

_ALIKE: Mapping[str, Callable[[str], object]] = {
    "zeros-gone": number,
    "point-zero-gone": number,
    "seconds-added": clock,
    "date-respelled": iso_date,
}
"""Programs look at a column as a whole: one text of another kind, and they leave all of
it alone.
"""
_ORDER = {rewriting.name: index for index, rewriting in enumerate(REWRITINGS)}

Explanation = tuple[tuple[str, tuple[str, ...]], ...]
"""Rewritings by name, each with the texts that the cell may have been."""


class ExplanationShape(NamedTuple):
    """Explanations alike: for each rewriting, which of the different originals it leads
    to.
    """

    names: tuple[str, ...]
    originals: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """One rewriting in one column: how many cells it explains, and an example of one as
    it is now.

    ``sure``: there is one text that all of them can have been, each, so that they can
    be restored.
    """

    rewriting: Rewriting
    cells: int
    sure: bool
    example: str


def of_other_kind(text: str) -> Iterator[str]:
    """The rewritings that leave a whole column alone for the sake of this text."""
    # A blank is of every kind.
    if not text:
        return

    for name, reads in _ALIKE.items():
        if reads(text) is None:
            yield name


@dataclass(kw_only=True)
class ColumnHabits:
    """Sees every cell of a column, then tells what explains those that fail.

    A program rewrites a whole column: a rewriting explains nothing where a cell is left
    that it would have changed. What is restored follows from a cell's text alone, so
    memory does not grow with the rows.
    """

    expected: Expected
    failing: int = 0
    _spared: set[str] = field(default_factory=set)
    _mixed: set[str] = field(default_factory=set)
    _counts: Counter[ExplanationShape] = field(default_factory=Counter)
    _examples: dict[ExplanationShape, str] = field(default_factory=dict)
    _known: dict[str, Explanation | None] = field(default_factory=dict)
    _listed: ListedTexts = field(init=False)

    def __post_init__(self) -> None:
        self._listed = ListedTexts((*self.expected.texts, *self.expected.missing))

    def add(self, text: str, count: int = 1) -> None:
        """So many cells hold this text."""
        explanation = self._explanation(text)
        if explanation is None:
            return

        self.failing += count
        shape = _shape(explanation)
        self._counts[shape] += count
        self._examples.setdefault(shape, text)

    def _explanation(self, text: str) -> Explanation | None:
        """What a text may have been; None for one that is right."""
        if text not in self._known:
            # A column may have more different texts than there is room for. What is
            # forgotten is worked out once more.
            if len(self._known) >= _REMEMBERED:
                self._known.clear()

            self._known[text] = self._first_explanation(text)

        return self._known[text]

    def _first_explanation(self, text: str) -> Explanation | None:
        """The same for a text that is new; it also says what has spared the column."""
        for rewriting in REWRITINGS:
            if rewriting.untouched(text):
                self._spared.add(rewriting.name)

        self._mixed.update(of_other_kind(text))

        if self.expected.accepts(text):
            return None

        return tuple(self._explanations(text))

    def _explanations(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        if len(text) > _LONGEST:
            return

        listed = tuple(self._listed.near(text))
        for rewriting in REWRITINGS:
            originals = tuple(dict.fromkeys(self._originals(rewriting, text, listed)))
            if originals:
                yield rewriting.name, originals

    def _originals(
        self, rewriting: Rewriting, text: str, listed: Iterable[str]
    ) -> Iterator[str]:
        if rewriting.by_list:
            for entry in listed:
                if rewriting.explains(entry, text):
                    yield entry

        for candidate in rewriting.texts_before(text, self.expected):
            if self.expected.accepts(candidate):
                yield candidate

    @property
    def spared(self) -> frozenset[str]:
        """The rewritings that have not gone through this column."""
        return frozenset(self._spared)

    @property
    def decisive(self) -> frozenset[str]:
        """Those that a program would not have spared here: every cell is of the kind
        that it rewrites.
        """
        return frozenset(self._spared - self._mixed)

    @property
    def tells(self) -> bool:
        """False where most failing cells have no explanation: the others have theirs by
        chance.
        """
        return self.unexplained * 2 <= self.failing

    def bar(self, names: Iterable[str]) -> None:
        """These rewritings are known to have done nothing here."""
        self._spared.update(names)

    @property
    def unexplained(self) -> int:
        """How many failing cells no rewriting explains."""
        unexplained = 0
        for shape, count in self._counts.items():
            if self._spared.issuperset(shape.names):
                unexplained += count

        return unexplained

    def habits(self) -> tuple[Habit, ...]:
        """What explains the failing cells, in the order of the table of rewritings."""
        cells: Counter[tuple[str, bool]] = Counter()
        examples: dict[tuple[str, bool], str] = {}
        for shape, count in self._counts.items():
            names, originals = self._left(shape)
            if not names:
                continue

            # The table has the surest first.
            surest = names[0]
            sure = len(originals) == 1
            cells[surest, sure] += count
            examples.setdefault((surest, sure), self._examples[shape])

        habits = [
            Habit(
                rewriting=BY_NAME[name],
                cells=count,
                sure=sure,
                example=examples[name, sure],
            )
            for (name, sure), count in cells.items()
        ]
        habits.sort(key=lambda habit: (_ORDER[habit.rewriting.name], not habit.sure))

        return tuple(habits)

    def _left(self, shape: ExplanationShape) -> tuple[list[str], set[int]]:
        """The rewritings that nothing speaks against, and the different originals that
        they lead to.
        """
        names: list[str] = []
        originals: set[int] = set()
        for name, places in zip(shape.names, shape.originals, strict=True):
            if name not in self._spared:
                names.append(name)
                originals.update(places)

        return names, originals

    def explained_by(self, text: str) -> str | None:
        """The surest rewriting that explains a failing text; None where it is right, or
        nothing does.
        """
        explanation = self._explanation(text)
        if explanation is None:
            return None

        for name, _ in explanation:
            if name not in self._spared:
                return name

        return None

    def restored(self, text: str) -> str | None:
        """The one text that a failing cell can have been; None where it is right or
        several are left.

        Only to be asked when every cell was seen.
        """
        explanation = self._explanation(text)
        if explanation is None:
            return None

        left: set[str] = set()
        for name, originals in explanation:
            if name not in self._spared:
                left.update(originals)

        # Where several are possible, a guess would change what somebody entered.
        if len(left) != 1:
            return None

        return left.pop()

    def may_be_blank(self, text: str) -> bool:
        """True for an ``NA`` that this column takes as an answer, and that may have
        been a blank.

        There is no blank in the column, and ``NA`` is none of its missing codes. It was
        one where other columns of the file prove the habit.
        """
        is_answer = text in NOTHING and text not in self.expected.missing
        return is_answer and "blank-became-na" not in self._spared


def _shape(explanation: Explanation) -> ExplanationShape:
    numbers: dict[str, int] = {}
    names: list[str] = []
    places: list[tuple[int, ...]] = []

    for name, originals in explanation:
        for original in originals:
            numbers.setdefault(original, len(numbers))

        names.append(name)
        places.append(tuple(numbers[original] for original in originals))

    return ExplanationShape(tuple(names), tuple(places))


class ListedTexts:
    """The entries of a closed list that a text may come from.

    Long lists have an index.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._index: dict[object, list[str]] = {}
        if len(texts) > _SHORT_LIST:
            self._fill_index()

    def _fill_index(self) -> None:
        for text in self._texts:
            for key in _keys(text):
                self._index.setdefault(key, []).append(text)

    def near(self, text: str) -> Iterable[str]:
        """Entries of one number or one word with a text, in any spelling; of a short
        list all.
        """
        if not self._index:
            return self._texts

        # A dictionary keeps the order, so that the same texts are given every time.
        entries: dict[str, None] = {}
        for key in _keys(text):
            entries |= dict.fromkeys(self._index.get(key, ()))

        return entries


def _keys(text: str) -> Iterator[object]:
    value = number(text)
    if value is not None:
        yield value

    yield text.casefold()
