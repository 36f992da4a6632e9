"""Signatures of thoughts and tools: opaque to callers, and checked when a caller plays a history back.

Source: "Thought signatures", Gemini API docs; the word that skips the check is for histories of other models.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from bot.simulators.gemini.wire import ApiError, JsonObject

SKIP = "skip_thought_signature_validator"
_KEY = b"parley gemini simulator"  # always the same: a history stays valid when the simulator is restarted
_NONCE_BYTES = 16


def sign(interaction_id: str, index: int) -> str:
    """The signature of a step, the same whenever the same step is shown."""
    nonce = hashlib.sha256(f"{interaction_id}/{index}".encode()).digest()[:_NONCE_BYTES]
    return base64.b64encode(nonce + _proof(nonce)).decode()


def is_ours(signature: object) -> bool:
    try:
        raw = base64.b64decode(str(signature), validate=True)
    except (binascii.Error, ValueError):
        return False
    nonce, proof = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    return len(nonce) == _NONCE_BYTES and hmac.compare_digest(proof, _proof(nonce))


def check_replay(steps: Sequence[JsonObject], *, model: str) -> None:
    """Raises ApiError 400 when a function call is played back without a signed thought before it.

    One thought signs all the calls of its turn, and the word that skips the check all that follow it.
    Models before Gemini 3 did not sign.
    """
    if model.startswith(("gemini-1", "gemini-2")):
        return
    signed = skipped = False
    for step in steps:
        match step.get("type"):
            case "user_input" | "function_result":
                signed = False
            case "thought":
                skipped = skipped or step.get("signature") == SKIP
                signed = is_ours(step.get("signature"))
            case "function_call" if not (signed or skipped):
                raise ApiError(400, "invalid_request", "A function_call is missing its valid thought signature.")
            case _:
                pass


def _proof(nonce: bytes) -> bytes:
    return hmac.digest(_KEY, nonce, "sha256")[:_NONCE_BYTES]
