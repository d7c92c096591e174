"""Heads of the log are stamped by an outside clock: a real authority that answers on this
machine, made of openssl.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.webapp.storage.storing import furnish, keep, record, ticking
from webapp.commands import main
from webapp.storage import open_database

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """A time stamp authority: where it answers, and its root certificate."""

    url: str
    root: Path


def openssl(folder: Path, *words: str, given: bytes = b"") -> bytes:
    ran = subprocess.run(
        ["openssl", *words], cwd=folder, input=given, capture_output=True, check=True
    )
    return ran.stdout


def certificates(folder: Path) -> Path:
    """A root, and a signer of time stamps."""
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(
        folder,
        *("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem"),
        *("-subj", "/CN=Test root", "-days", "3650"),
        *("-config", "tsa.cnf", "-extensions", "root"),
    )
    openssl(
        folder,
        *(
            "req",
            *key,
            "-keyout",
            "tsa.key",
            "-out",
            "tsa.csr",
            "-subj",
            "/CN=Test clock",
        ),
        *("-config", "tsa.cnf"),
    )
    openssl(
        folder,
        *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key"),
        *("-CAcreateserial", "-out", "tsa.pem", "-days", "3650"),
        *("-extfile", "tsa.cnf", "-extensions", "signer"),
    )
    return folder / "root.pem"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("authority")
    root = certificates(folder)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "asked.tsq").write_bytes(
                self.rfile.read(int(self.headers["Content-Length"]))
            )
            openssl(
                folder,
                *("ts", "-reply", "-config", "tsa.cnf", "-section", "one"),
                *("-queryfile", "asked.tsq", "-signer", "tsa.pem"),
                *("-inkey", "tsa.key", "-out", "answer.tsr"),
            )
            answer = (folder / "answer.tsr").read_bytes()
            if self.path == "/rubbish":
                answer = b"no stamp"
            if self.path == "/earlier":
                answer = (folder / "earlier.tsr").read_bytes()
            if self.path == "/":
                (folder / "earlier.tsr").write_bytes(answer)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            """Nothing on the terminal."""

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Authority(url=f"http://127.0.0.1:{server.server_port}/", root=root)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a save."""
    path = tmp_path_factory.mktemp("stamped") / "study.sqlite"
    database = furnish(open_database(f"sqlite:///{path}", clock=ticking()))
    keep(database, 0, record(sysbp="120"))
    database.close()
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


@pytest.fixture(scope="module")
def stamped(file: Path, authority: Authority) -> Path:
    """A head with its stamp."""
    head = file.with_name("head.json")
    done = run("head", file, "--out", head, "--stamp", authority.url)
    assert done.exit_code == 0, done.output
    assert f"Wrote its time stamp to {head}.tsr." in done.output
    return head


@pytest.fixture
def copied(stamped: Path, tmp_path: Path) -> Path:
    """A copy of the head and its stamp, to be damaged."""
    for name in ("head.json", "head.json.tsr"):
        (tmp_path / name).write_bytes(stamped.with_name(name).read_bytes())
    return tmp_path / "head.json"


def test_a_stamp_is_checked_without_a_network(
    file: Path, stamped: Path, authority: Authority
) -> None:
    known = ("--stamp-certificates", authority.root)
    verified = run("verify", file, "--head", stamped, *known)
    assert verified.exit_code == 0, verified.output
    assert "The head was stamped at 20" in verified.output
    assert "by CN=Test clock" in verified.output


def test_openssl_agrees(stamped: Path, authority: Authority) -> None:
    words = ("ts", "-verify", "-data", str(stamped), "-in", f"{stamped}.tsr")
    said = openssl(authority.root.parent, *words, "-CAfile", str(authority.root))
    assert b"Verification: OK" in said


def test_a_stamp_that_nobody_checked_is_said(file: Path, stamped: Path) -> None:
    verified = run("verify", file, "--head", stamped)
    assert verified.exit_code == 0
    assert "[stamp-unchecked]" in verified.output


def other_head(head: Path) -> None:
    content = head.read_text()
    head.write_text(content + "\n")


def flipped_stamp(head: Path) -> None:
    stamp = head.with_name("head.json.tsr")
    content = bytearray(stamp.read_bytes())
    content[-1] ^= 1
    stamp.write_bytes(content)


def no_stamp(head: Path) -> None:
    head.with_name("head.json.tsr").write_bytes(b"x")


def gone_stamp(head: Path) -> None:
    head.with_name("head.json.tsr").unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (other_head, "the stamp of other bytes. [stamp-invalid]"),
        (flipped_stamp, "is not a valid time stamp"),
        (no_stamp, "not an answer of RFC 3161. [stamp-invalid]"),
        (gone_stamp, "There is no time stamp"),
    ],
)
def test_a_stamp_that_does_not_fit_is_found(
    stamped: Path,
    copied: Path,
    authority: Authority,
    damage: Callable[[Path], None],
    words: str,
) -> None:
    damage(copied)
    known = ("--stamp-certificates", authority.root)
    verified = run(
        "verify", stamped.with_name("study.sqlite"), "--head", copied, *known
    )
    assert verified.exit_code == 1
    assert words in verified.output


def test_a_stamp_by_an_authority_that_is_not_trusted_is_found(
    file: Path, stamped: Path, tmp_path: Path
) -> None:
    other = certificates(tmp_path)
    verified = run("verify", file, "--head", stamped, "--stamp-certificates", other)
    assert verified.exit_code == 1
    assert "[stamp-invalid]" in verified.output
    signer = tmp_path / "tsa.pem"
    verified = run("verify", file, "--head", stamped, "--stamp-certificates", signer)
    assert "no certificate is that of a root" in verified.output


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("rubbish", "it is not an answer of RFC 3161"),
        ("earlier", "it answers another request"),
    ],
)
def test_an_answer_that_is_no_stamp_leaves_no_head(
    stamped: Path, authority: Authority, tmp_path: Path, path: str, words: str
) -> None:
    head, file = tmp_path / "head.json", stamped.with_name("study.sqlite")
    done = run("head", file, "--out", head, "--stamp", f"{authority.url}{path}")
    assert (done.exit_code, head.exists()) == (2, False)
    assert words in done.output


def test_what_cannot_be_asked_is_said(file: Path, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    assert "Add --out FILE." in run("head", file, "--stamp", "http://localhost").output
    told = run("head", file, "--out", head, "--stamp", "file:///etc/passwd").output
    assert "is not the address of a time stamp authority" in told
    told = run("head", file, "--out", head, "--stamp", "http://127.0.0.1:1/").output
    assert "gave no time stamp: [Errno 111] Connection refused." in told
    told = run("verify", file, "--stamp-certificates", head).output
    assert "Add --head FILE." in told
