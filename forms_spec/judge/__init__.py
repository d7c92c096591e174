"""The judge: one form's raw texts in, values and findings out."""

from forms_spec.judge.casebook import expected, findings_of, judge_casebook
from forms_spec.judge.elsewhere import judge_elsewhere
from forms_spec.judge.judgement import Cell, CellState, Judgement
from forms_spec.judge.verdict import judge

__all__ = [
    "Cell",
    "CellState",
    "Judgement",
    "expected",
    "findings_of",
    "judge",
    "judge_casebook",
    "judge_elsewhere",
]
