"""Libraries that take long to load, and that most runs do without.

``from generator.heavy_libraries import frictionless`` gives the library under its own
name. It is loaded when something of it is used for the first time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import docx
    import docx.document
    import docx.enum.section
    import docx.enum.style
    import docx.oxml
    import docx.oxml.ns
    import docx.shared
    import frictionless
    import frictionless.errors
    import frictionless.fields
    import frictionless.formats
    import frictionless.metadata.context
    import frictionless.resources
    import lxml
    import lxml.etree
    import polars
    import pyspark
    import pyspark.sql
    import rfc3161_client
    import rich
    import rich.console
    import rich.progress
    import rich.table
    import rich.text
    import typst
else:

    class _Library:
        """Stands for a library that is not loaded yet."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, name: str) -> Any:
            library = import_module(self._name)
            try:
                return getattr(library, name)
            except AttributeError:
                # A part that the library does not load itself.
                return import_module(f"{self._name}.{name}")

    # An extra: forms for Word.
    docx = _Library("docx")
    # Half a second: tables of a study, and descriptors that are right beyond doubt, are
    # read without it.
    frictionless = _Library("frictionless")
    # Few dictionaries of REDCap come with a project file.
    lxml = _Library("lxml")
    # A tenth of a second: small packages are read record by record.
    polars = _Library("polars")
    # An extra, and a Java process behind it.
    pyspark = _Library("pyspark")
    # An extra: few heads are stamped by an outside clock.
    rfc3161_client = _Library("rfc3161_client")
    # A twentieth of a second: only terminals have colours.
    rich = _Library("rich")
    # An extra of 80 MB: documents as PDF.
    typst = _Library("typst")

__all__ = [
    "docx",
    "frictionless",
    "lxml",
    "polars",
    "pyspark",
    "rfc3161_client",
    "rich",
    "typst",
]
