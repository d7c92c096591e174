"""Heads of a log in files, as people keep them elsewhere."""

from __future__ import annotations

from pathlib import Path

from forms_spec.findings.catalogue import finding
from webapp.installation.command_error import CommandError, cannot_read
from webapp.storage.signed_heads import NoHead, SignedHead, head_of


def read_head(file: Path) -> SignedHead:
    """The head in a file."""
    try:
        return head_of(file.read_text("utf-8"))
    except OSError as error:
        raise cannot_read(file, error) from error
    except (NoHead, UnicodeError) as error:
        item = finding("head-unreadable", value=str(file))
        raise CommandError(f"{item.message} {item.remedy} [{item.code}]") from error
