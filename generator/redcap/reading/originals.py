"""The files of REDCap that a dictionary was made from, kept beside it for the way back.

A designer never needs them: what they say is in the dictionary. On the way back they
give every cell its old spelling, as long as the dictionary still says the same.
"""

from __future__ import annotations

from pathlib import Path

from generator.redcap.reading.events import EventFiles

FOLDER = "redcap"
NAMES = {
    "dictionary": "dictionary.csv",
    "events": "events.csv",
    "forms": "event_forms.csv",
    "repeating": "repeating.csv",
}


def originals(content: bytes, given: EventFiles) -> dict[str, bytes]:
    """The files to keep, by their name in the dictionary's folder."""
    files = {"dictionary": content}
    for name in ("events", "forms", "repeating"):
        value = getattr(given, name)
        if value is not None:
            files[name] = value[1]

    return {f"{FOLDER}/{NAMES[name]}": file for name, file in files.items()}


def read_originals(folder: Path) -> dict[str, bytes]:
    """The kept files of a dictionary's folder, by what they are; empty where there are
    none.
    """
    contents: dict[str, bytes] = {}
    for name, file in NAMES.items():
        path = folder / FOLDER / file
        try:
            if path.is_file():
                contents[name] = path.read_bytes()
        except OSError:
            continue

    return contents
