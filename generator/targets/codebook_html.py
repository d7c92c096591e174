"""The codebook as one page to read, search and print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from forms_spec.model.study import Study
from generator.codebook import codebook_html
from generator.losses import WHOLE_STUDY, Loss
from generator.targets.target import DocumentationTarget

NOT_SHOWN: Mapping[str, str] = MappingProxyType(
    {
        "placeholder": "how the page asks changes no answer",
        "annotation": "it is kept for other programs",
        "redcap": "it is kept for REDCap",
    }
)
"""With ``control``, the facets that ``generator.codebook.words`` says are nowhere on
the page.
"""


def losses(study: Study) -> Iterator[Loss]:
    """What the page leaves out."""
    why = "radio buttons or a list: how the page asks changes no answer"
    yield Loss(field=WHOLE_STUDY, facet="control", why=why, harmless=True)

    # A note has no table: the page says all of it.
    for table in study.tables.values():
        for field in table.fields:
            for facet in NOT_SHOWN:
                if getattr(field, facet):
                    yield Loss(
                        field=f"{table.name}.{field.name}",
                        facet=facet,
                        why=NOT_SHOWN[facet],
                        harmless=True,
                    )


TARGET = DocumentationTarget(
    name="html",
    summary="one page to read, search and print",
    suffix=".html",
    write=codebook_html,
    losses=losses,
)
