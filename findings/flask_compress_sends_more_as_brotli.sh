#!/usr/bin/env bash
# Flask-Compress 1.25: a browser that takes Brotli too is sent more bytes than one that takes only gzip.
#
# Guess:    Brotli is the better of the two, so a server that prefers it (br stands before gzip in
#           COMPRESS_ALGORITHM) sends at most what gzip would.
# Seen:     the defaults are Brotli 4 and gzip 6. On scripts of 100 kB and more Brotli 4 is 2 to 4 % larger; from
#           Brotli 5 on it is smaller. Measured on four modules of Python's own library, served as JavaScript.
# It hurts: whoever adds the extension to make pages lighter, and does not set COMPRESS_BR_LEVEL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Flask-Compress==1.25 Flask==3.1.3 brotli==1.2.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import argparse
import ast
import inspect
import typing
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response
from flask_compress import Compress

print("Flask-Compress", version("Flask-Compress"), "brotli", version("brotli"))
script = b"".join(Path(inspect.getsourcefile(one)).read_bytes() for one in (argparse, ast, inspect, typing))


def sent(accepted, **config):
    """The encoding that is chosen, and the bytes of the body."""
    app = Flask("served")
    app.config.update(config)
    Compress(app)
    app.get("/script.js")(lambda: Response(script, content_type="text/javascript"))
    answer = app.test_client().get("/script.js", headers={"Accept-Encoding": accepted})
    return answer.headers["Content-Encoding"], len(answer.data)


gzip_only, both = sent("gzip, deflate"), sent("gzip, deflate, br")
better = sent("gzip, deflate, br", COMPRESS_BR_LEVEL=5)
print("plain", len(script), "gzip only", gzip_only, "gzip and br", both, "br at level 5", better)
assert gzip_only[0] == "gzip"
assert both[0] == better[0] == "br"
assert both[1] > gzip_only[1] > better[1], "Brotli is the smaller one by default now"
PYTHON
