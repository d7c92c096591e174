"""Text as typed: only line breaks of other systems are turned into line feeds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms_spec.model import Field

_OTHER_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def read_text(text: str, field: Field) -> str:
    """Every sort of line break as a line feed, where the field has several lines."""
    return _OTHER_BREAKS.sub("\n", text) if field.type.multiline else text
