"""The judge: one form's raw texts in, values and findings out."""

from forms_spec.judge.judgement import Cell, CellState, Judgement

__all__ = ["Cell", "CellState", "Judgement"]
