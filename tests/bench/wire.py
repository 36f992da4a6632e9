"""What passes between Parley and Redis: a proxy counts round trips, and the server itself what its scripts do."""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import cast

import hiredis

WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
PIECE_BYTES = 1 << 20


def _digests(folder: Path) -> dict[str, str]:
    return {
        hashlib.sha1(script.read_bytes(), usedforsecurity=False).hexdigest(): script.stem
        for script in folder.glob("*.lua")
    }


OURS = _digests(Path(__file__).parents[2] / "bot" / "state" / "lua")
DOCKETS = _digests(Path(str(files("docket"))) / "lua")

STARTS = {"parley:refs:": "recall", "parley:threads": "index", "parley:place:": "index"}  # of keys
CHATTER = {"EXEC": "engine heartbeat", "PING": "watch", "LRANGE": "look"}


@dataclass
class Counts:
    """By what the commands are for."""

    trips: Counter[str] = field(default_factory=Counter[str])
    sent: Counter[str] = field(default_factory=Counter[str])
    in_scripts: Counter[str] = field(default_factory=Counter[str])

    def without(self, chatter: "Counts", times: float) -> "Counts":
        """What is left when so many times the chatter is taken away."""
        pairs = zip(vars(self).values(), vars(chatter).values(), strict=True)
        return Counts(*(_rest(mine, other, times) for mine, other in pairs))


def _rest(mine: Counter[str], other: Counter[str], times: float) -> Counter[str]:
    return Counter({purpose: max(0, round(count - other[purpose] * times)) for purpose, count in mine.items()})


class Wire:
    def __init__(self, server: str) -> None:
        self.counts = Counts()
        self._server = server  # path of its socket

    @asynccontextmanager
    async def open(self, path: str) -> AsyncGenerator[str]:
        """Listen there, and to the server; gives the URL that leads over here."""
        watching = asyncio.create_task(self._watch())
        async with await asyncio.start_unix_server(self._serve, path):
            yield f"unix://{path}"
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_unix_connection(self._server)
        onward = asyncio.create_task(_pump(answers, writer))
        parser = hiredis.Reader(encoding="utf-8", errors="replace")
        while piece := await reader.read(PIECE_BYTES):
            parser.feed(piece)
            self._note(list(iter(parser.gets, False)))
            requests.write(piece)
        requests.close()
        await onward
        writer.close()

    def _note(self, batch: Sequence[object]) -> None:
        """What came in one piece is one round trip; the last command of it says what it is for."""
        if batch:
            name = purpose([str(word) for word in cast("list[object]", batch[-1])])
            self.counts.trips[name] += 1
            self.counts.sent[name] += len(batch)

    async def _watch(self) -> None:
        reader, writer = await asyncio.open_unix_connection(self._server, limit=PIECE_BYTES)
        writer.write(b"MONITOR\r\n")
        script = ""
        async for line in reader:
            text = line.decode(errors="replace")
            if " lua] " in text:
                self.counts.in_scripts[script] += 1
            elif words := WORD.findall(text):
                script = purpose(words)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE_BYTES):
        writer.write(piece)


def purpose(words: Sequence[str]) -> str:
    """What a command is sent for, as far as its words tell."""
    name, key = words[0].upper(), words[1] if len(words) > 1 else ""
    if name in ("EVALSHA", "EVAL"):
        digest = hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest() if name == "EVAL" else key
        if digest in DOCKETS:
            return f"engine {DOCKETS[digest]}"
        script = OURS.get(digest, "unknown script")
        return _performed(words) if script == "perform" else script
    if name.startswith("X") or "redelivery-sweep" in key:
        return "engine read"
    return _of_key(key) or CHATTER.get(name, f"{name.lower()} {key}".strip())


def _of_key(key: str) -> str:
    if ":outbox:" in key:
        return "take"  # of a step, which reads with it what it has to know
    return next((what for start, what in STARTS.items() if key.startswith(start)), "")


def _performed(words: Sequence[str]) -> str:
    """Which write of a run this is: `perform` carries the commands, whose keys tell."""
    count = int(words[2])
    records = [key.rpartition("}:")[2] for key in words[6 : 3 + count]]
    arguments = words[3 + count :]
    if arguments[2] in ("end", "leave"):
        return "run end"
    if not records:
        return "run renewal"
    if "last" in records:
        return "run begin"
    if any(record.startswith("outbox:") for record in records):
        return "run note" if "" in arguments else "run shown"
    return "run save"
