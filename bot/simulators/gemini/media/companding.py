"""The two telephone codings of sound, 16 bit to 8: µ-law and A-law.

Source: ITU-T Recommendation G.711.
"""

import array
import sys

_MU_BIAS = 0x84
_MU_CLIP = 32_635
_A_CLIP = 32_767


def compand(pcm: bytes, *, law: str) -> bytes:
    """One byte for each 16 bit sample; `law` is `mulaw` or `alaw`."""
    samples = array.array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    encode = _mu_law if law == "mulaw" else _a_law
    coded = {sample: encode(sample) for sample in set(samples)}
    return bytes(coded[sample] for sample in samples)


def _mu_law(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    level = min(abs(sample), _MU_CLIP) + _MU_BIAS
    exponent = level.bit_length() - 8
    mantissa = (level >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def _a_law(sample: int) -> int:
    sign = 0 if sample < 0 else 0x80
    level = min(abs(sample), _A_CLIP)
    exponent = max(level.bit_length() - 8, 0)
    mantissa = (level >> (exponent + 3 if exponent else 4)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
