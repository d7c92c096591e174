"""Forms as pages: WTForms classes, the HTML of a form, and what a browser posts back."""

from generator.pages.forms import FIELD_CLASSES, TableForm, table_form
from generator.pages.posted_form import (
    Posted,
    posted_names,
    read_post,
    removal_reasons,
    without_hidden_rows,
)
from generator.pages.reasons import is_reason
from generator.pages.template import form_html, page_and_template

__all__ = [
    "FIELD_CLASSES",
    "Posted",
    "TableForm",
    "form_html",
    "is_reason",
    "page_and_template",
    "posted_names",
    "read_post",
    "removal_reasons",
    "table_form",
    "without_hidden_rows",
]
