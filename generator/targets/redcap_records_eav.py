"""Records as REDCap exports them in its other shape, one value per line."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from generator.redcap.records.write_records import RecordFormat
from generator.targets import redcap_records

TARGET = replace(
    redcap_records.TARGET,
    name="redcap-eav",
    summary="records as REDCap exports them, one value per line",
    write=partial(redcap_records.write, shape=RecordFormat.EAV),
    description="",
)
