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
    """The files to keep, by their path within the dictionary's folder.

    ``content`` is the data dictionary.
    """
    lists = {
        "events": given.events,
        "forms": given.forms,
        "repeating": given.repeating,
    }
    kept = {f"{FOLDER}/{NAMES['dictionary']}": content}

    for name, file in lists.items():
        if file is not None:
            _, kept[f"{FOLDER}/{NAMES[name]}"] = file

    return kept


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
            # Without its original, a dictionary is written back all the same.
            continue

    return contents
