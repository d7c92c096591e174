"""The judge: one form's raw texts in, values and findings out."""

from forms_spec.evaluation.casebook import expected, findings_of, judge_casebook
from forms_spec.evaluation.cross_form import judge_elsewhere
from forms_spec.evaluation.evaluate_form import judge
from forms_spec.evaluation.form_result import CellState, EvaluatedCell, Judgement

__all__ = [
    "CellState",
    "EvaluatedCell",
    "Judgement",
    "expected",
    "findings_of",
    "judge",
    "judge_casebook",
    "judge_elsewhere",
]
