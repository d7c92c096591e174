"""``crfsmith preview``: it says where it is, or why it cannot start.

Its pages: ``tests/webapp/preview``.
"""

from __future__ import annotations

import socket
from pathlib import Path

from click.testing import CliRunner

from webapp.commands import main


def test_without_a_dictionary_it_does_not_start(tmp_path: Path) -> None:
    ran = CliRunner().invoke(main, ["preview", str(tmp_path / "nothing")])
    assert ran.exit_code == 2
    assert "There is no folder" in ran.output


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("study: S1\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = CliRunner().invoke(main, ["preview", str(tmp_path), "--port", port])
    assert ran.exit_code == 2
    assert "Choose another port with --port" in ran.output
