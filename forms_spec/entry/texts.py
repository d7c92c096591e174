"""Text as typed, but for line breaks of other systems and tabulators that a table left
in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms_spec.model.fields import Field

_OTHER_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


_TABS = re.compile("\t+")


def read_text(text: str, field: Field) -> str:
    """Every sort of line break as a line feed where the field has several lines, else
    tabulators as a blank.

    Cells pasted from a spreadsheet arrive with a tabulator between them. A box of one
    line shows it as a blank, so a blank is what the person means.
    """
    if field.type.multiline:
        return _OTHER_BREAKS.sub("\n", text)

    return _TABS.sub(" ", text)
