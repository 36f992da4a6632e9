"""Files with a message, on every platform. The simulated model says what it really received."""

import hashlib
from base64 import b64decode

from bot.simulators.gemini import GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==")
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n2 0 obj << /Type /Page >> endobj\n%%EOF"


@behavior("message:files")
async def test_an_image_and_a_document_reach_the_model_as_they_are(platform: Platform) -> None:
    files = [("dot.png", PIXEL, "image/png"), ("report.pdf", PDF, "application/pdf")]

    mention = await platform.mention("what did you receive?", files=files)

    await platform.replied(mention, hashlib.sha256(PDF).hexdigest()[:8])
    reply = platform.replies(mention)[0]
    for said in ("image/png", hashlib.sha256(PIXEL).hexdigest()[:8], "application/pdf"):
        assert said in reply


@behavior("message:files")
async def test_a_text_file_is_read(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.answers("Read.")

    mention = await platform.mention("read this", files=[("notes.md", "# Grüße".encode(), "text/markdown")])

    await platform.replied(mention, "Read.")
    content = str(creates(gemini)[-1].body["input"])
    assert "notes.md" in content
    assert "# Grüße" in content


@behavior("message:files:unreadable")
async def test_a_file_that_cannot_be_used_is_named_and_the_rest_answered(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.answers("The rest is fine.")
    files = [("archive.zip", b"PK\x03\x04\x00", "application/zip"), ("huge.png", bytes(15_000_001), "image/png")]

    mention = await platform.mention("read these", files=files)

    await platform.replied(mention, "huge.png: the files of one message may have 15 MB together")
    reply = platform.replies(mention)[0]
    assert reply.startswith("The rest is fine.")
    assert "archive.zip: I do not know files of type application/zip." in reply


@behavior("message:files")
async def test_a_long_text_file_leaves_room_for_the_question(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.answers("Counted.")
    log = ("line of a log\n" * 6_000).encode()

    mention = await platform.mention("how many errors are in it?", files=[("app.log", log, "text/plain")])

    await platform.replied(mention, "Counted.")
    content = str(creates(gemini)[-1].body["input"])
    assert "how many errors are in it?" in content
    assert content.count("line of a log") == 6_000
    assert platform.replies(mention) == ["Counted."]
