"""Libraries that take long to load, and that most runs do without.

``from generator.heavy_libraries import frictionless`` gives the library under its own
name. It is loaded when something of it is used for the first time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import authlib
    import authlib.integrations.base_client
    import authlib.integrations.requests_client
    import authlib.oidc.core
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
    import joserfc
    import joserfc.errors
    import joserfc.jwk
    import joserfc.jws
    import joserfc.jwt
    import lxml
    import lxml.etree
    import polars
    import pyspark
    import pyspark.sql
    import python_calamine
    import requests
    import rfc3161_client
    import rich
    import rich.console
    import rich.progress
    import rich.table
    import rich.text
    import typst
    import xlsxwriter
    import z3
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
                # A part that the library does not load itself, nor parts of it.
                part = f"{self._name}.{name}"
                import_module(part)
                return _Library(part)

    class _SteadyLibrary(_Library):
        """One whose parts are used so often that looking them up takes long."""

        def __getattr__(self, name: str) -> Any:
            value = super().__getattr__(name)
            setattr(self, name, value)
            return value

    # An extra: few servers have a provider that signs people in.
    authlib = _Library("authlib")
    # An extra: forms for Word.
    docx = _Library("docx")
    # Half a second: tables of a study, and descriptors that are right beyond doubt, are
    # read without it.
    frictionless = _Library("frictionless")
    # An extra: it comes with ``authlib``.
    joserfc = _Library("joserfc")
    # Few dictionaries of REDCap come with a project file.
    lxml = _Library("lxml")
    # A tenth of a second: small packages are read record by record.
    polars = _Library("polars")
    # An extra, and a Java process behind it.
    pyspark = _Library("pyspark")
    # An extra: dictionaries as workbooks.
    python_calamine = _Library("python_calamine")
    # An extra: a provider is asked with it.
    requests = _Library("requests")
    # An extra: few heads are stamped by an outside clock.
    rfc3161_client = _Library("rfc3161_client")
    # A twentieth of a second: only terminals have colours.
    rich = _Library("rich")
    # An extra of 80 MB: documents as PDF.
    typst = _Library("typst")
    # An extra: dictionaries as workbooks.
    xlsxwriter = _Library("xlsxwriter")
    # An extra of 90 MB: proofs about a dictionary.
    z3 = _SteadyLibrary("z3")

__all__ = [
    "authlib",
    "docx",
    "frictionless",
    "joserfc",
    "lxml",
    "polars",
    "pyspark",
    "python_calamine",
    "requests",
    "rfc3161_client",
    "rich",
    "typst",
    "xlsxwriter",
    "z3",
]
