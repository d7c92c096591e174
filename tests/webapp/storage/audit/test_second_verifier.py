"""The verifier in JavaScript gives the same first fault as ours on every damaged log."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import quickjs

from tests.webapp.storage.audit.damages import (
    Damage,
    cut,
    log_of,
    rebuilt,
    redacted,
    sha256_of,
    with_flipped_bytes,
    with_moved_lines,
)
from webapp.storage.audit.chain import verify_lines

SCRIPT = Path(__file__).parents[4] / "docs" / "verify_log.mjs"
IN_NODE = """
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
const { script, head, logs } = JSON.parse(readFileSync(0, "utf8"));
await import(script);
const hash = (text) => createHash("sha256").update(text, "latin1").digest("hex");
const results = logs.map((log) => [
  verifyLog(log, head, hash), verifyLog(log, null, hash),
]);
console.log(JSON.stringify(results));
"""


def damages(lines: list[bytes]) -> Iterator[Damage]:
    yield "nothing done", lines
    yield from with_flipped_bytes(lines, 1000, 7)
    yield from with_moved_lines(lines)
    yield from cut(lines)
    yield from rebuilt(lines)


def ours(lines: list[bytes], signed: dict[int, str]) -> tuple[int, str]:
    fault = verify_lines(lines, signed).fault
    return (fault.number, fault.code) if fault else (0, "")


def theirs(result: dict[str, Any]) -> tuple[int, str]:
    return result["number"], result["code"]


LOGS = {"as it was written": log_of(40), "redacted": redacted(log_of(39), 7)}


@pytest.mark.parametrize("kind", LOGS)
def test_both_name_the_same_first_line_of_every_damaged_log(kind: str) -> None:
    lines = LOGS[kind]
    signed = {40: sha256_of(lines[-1])}
    damaged = list(damages(lines))
    given = {
        "script": SCRIPT.as_uri(),
        "head": {"number": 40, "sha256": signed[40]},
        "logs": [b"\n".join(left).decode("latin1") for _, left in damaged],
    }
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", IN_NODE],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )

    results = json.loads(ran.stdout)

    for (name, left), (with_head, alone) in zip(damaged, results, strict=True):
        assert theirs(with_head) == ours(left, signed), name
        assert theirs(alone) == ours(left, {}), name


def test_it_needs_nothing_but_the_language() -> None:
    context = quickjs.Context()
    context.eval(SCRIPT.read_text("utf-8"))
    verify = context.get("verifyLog")
    lines = log_of(4)

    def first(left: list[bytes]) -> tuple[int, str]:
        return theirs(json.loads(verify(b"\n".join(left).decode("latin1")).json()))

    assert first(lines) == (0, "")
    assert first([lines[0], lines[1].replace(b"nurse", b"miller"), *lines[2:]]) == (
        2,
        "log-line-changed",
    )
    assert first([*lines[:2], *lines[3:]]) == (3, "log-line-number")


def test_it_is_short_enough_to_be_read() -> None:
    assert len(SCRIPT.read_text("utf-8").splitlines()) <= 200
