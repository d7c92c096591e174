"""Rows as a CSV file the way REDCap writes its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def csv_bytes(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """A file in UTF-8 with the line ends of Windows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows(rows)

    # A lone surrogate is no reason to write nothing: it comes back as it was.
    return out.getvalue().encode("utf-8", errors="surrogatepass")
