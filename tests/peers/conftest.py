"""SDKs that run in processes of their own, the guide's samples, and the files they speak of."""

import asyncio
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.peers.guide import Guide

RUNNER = Path(__file__).parent / "runner.py"
FIRST_SDK = "google-genai==1.55.0"
LAST_OUTPUTS_SDK = "google-genai==1.75.0"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages>>endobj\n3 0 obj<</Type/Page>>endobj\n"
)


class Sdk:
    """A process with one version of the SDK, which runs programs one after the other."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError(self.close().splitlines()[-1])

    async def run(self, code: str, file: Path, *, url: str, fresh: bool) -> dict[str, Any]:
        """What the program printed, and the error it ended with, or None."""
        environment = {"GEMINI_API_KEY": "key", "GOOGLE_GEMINI_BASE_URL": url, "NO_PROXY": "127.0.0.1"}
        asked = {"code": code, "file": str(file), "environment": environment, "fresh": fresh}
        return json.loads(await asyncio.to_thread(self._ask, json.dumps(asked)))

    def close(self) -> str:
        """End the process; the value is what it wrote to its standard error."""
        _, errors = self._process.communicate(timeout=20)
        return errors or "it said nothing"

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@pytest.fixture(scope="session")
def first_sdk() -> Iterator[Sdk]:
    """The first version, which spoke the edition `outputs`; from uv's cache."""
    sdk = _installed(FIRST_SDK)
    yield sdk
    sdk.close()


@pytest.fixture(scope="session")
def last_outputs_sdk() -> Iterator[Sdk]:
    """The last version that spoke `outputs`, for what the guide says of those in between."""
    sdk = _installed(LAST_OUTPUTS_SDK)
    yield sdk
    sdk.close()


@pytest.fixture(scope="session")
def present_sdk() -> Iterator[Sdk]:
    """The version of google-genai that is installed here."""
    pytest.importorskip("google.genai", reason="google-genai is in the dependency group 'peers', not installed here")
    sdk = Sdk([sys.executable, "-W", "ignore", str(RUNNER)])
    yield sdk
    sdk.close()


@pytest.fixture(scope="session")
def guide() -> Guide:
    """The guide's samples, where its text is at hand: it is not ours to keep here."""
    folder = os.environ.get("GUIDE_FOLDER")
    if not folder:
        pytest.skip("GUIDE_FOLDER names no folder with the guide's text, which is not kept in this repository")
    return Guide(Path(folder))


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files the guide speaks of, made here."""
    folder = tmp_path_factory.mktemp("media")
    for name in ("car.png", "screenshot.png", "cats-and-dogs.jpg"):
        Image.new("RGB", (64, 48), "orange").save(folder / name)
    (folder / "speech.wav").write_bytes(_wav(seconds=2))
    (folder / "video.mp4").write_bytes(_mp4(seconds=3))
    (folder / "sample.pdf").write_bytes(PDF)
    return folder


@pytest.fixture(scope="session")
def media_url(media: Path) -> Iterator[str]:
    """The same files at an address of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(media))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _installed(package: str) -> Sdk:
    """The package in an environment of its own, since two versions of it cannot be in one; never over the network."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip(f"uv is not on the path, so {package} cannot run beside the other version")
    try:
        return Sdk([uv, "run", "--offline", "--quiet", "--no-project", "--with", package, "python", str(RUNNER)])
    except RuntimeError:
        pytest.skip(f"{package} is not in uv's cache: `uv run --no-project --with {package} true` puts it there")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The sections of the guide and how each of them went with each SDK."""
    reports: list[pytest.TestReport] = [
        r for each in ("passed", "failed") for r in terminalreporter.stats.get(each, [])
    ]
    rows = [row for report in reports for name, row in report.user_properties if name == "section"]
    if rows:
        terminalreporter.section("samples of the guide")
        for row in rows:
            terminalreporter.write_line(str(row))


class _Quiet(SimpleHTTPRequestHandler):
    log_message: Callable[..., None] = lambda *_: None


def _wav(*, seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(bytes(seconds * 8000 * 2))
    return file.getvalue()


def _mp4(*, seconds: int) -> bytes:
    """Only the boxes that say how long a film is."""
    header = b"\0" * 12 + struct.pack(">II", 1000, seconds * 1000) + bytes(80)
    film = _box(b"moov", _box(b"mvhd", header))
    return _box(b"ftyp", b"isom\0\0\0\0isom") + film


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content
