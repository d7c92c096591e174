"""The known rewritings: what programs do to the texts of a table when they save it."""

from generator.rewritings.columns import ColumnHabits, Habit
from generator.rewritings.expected import Expected
from generator.rewritings.known import REWRITINGS, explain
from generator.rewritings.programs import Suspect, saved_by
from generator.rewritings.rewriting import Rewriting
from generator.rewritings.row_numbers import RowNumbers

__all__ = [
    "REWRITINGS",
    "ColumnHabits",
    "Expected",
    "Habit",
    "Rewriting",
    "RowNumbers",
    "Suspect",
    "explain",
    "saved_by",
]
