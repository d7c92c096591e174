"""The codebook: one readable, searchable, printable page of everything a dictionary
says.
"""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from forms_spec.model.study import Study
from generator.codebook.outline import in_schedule_order, outline
from generator.dictionary.text_language import in_its_language

LONG_NAME = 18

__all__ = ["codebook_html", "in_schedule_order"]


def codebook_html(study: Study) -> str:
    """The study's codebook as one HTML page that needs no other file; same study, same
    bytes.
    """
    page = _template().render(
        book=outline(study),
        worded=partial(in_its_language, study),
        css=Markup(_text("codebook.css")),
        js=Markup(_text("codebook.js")),
    )

    return page.rstrip("\n") + "\n"


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["breakable"] = _breakable

    return environment.from_string(_text("codebook.html"))


def _breakable(name: str) -> Markup:
    """A name that may be broken after its underscores and dots when it is long."""
    if len(name) <= LONG_NAME:
        return escape(name)
    return Markup(str(escape(name)).replace("_", "_<wbr>").replace(".", ".<wbr>"))


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
