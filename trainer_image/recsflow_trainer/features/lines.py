"""Values as lines of a text file, which is what TFT keeps a vocabulary in.

TFT leaves values with a line break out of its vocabularies without a word, as it does the empty text. So a
line break is written as a backslash with a letter, and a backslash as two; the way back is exact.
"""

import re
from collections.abc import Iterable

from recsflow_trainer.keras import tf

# The backslash first: it must not double those that stand for line breaks.
_ESCAPES = ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"))
_ORIGINALS = {escaped: original for original, escaped in _ESCAPES}
_ESCAPED = re.compile(rb"\\[\\nr]")


def to_lines(values: tf.Tensor) -> tf.Tensor:
    """Returns string values, of any shape, without line breaks; different values stay different."""
    for original, escaped in _ESCAPES:
        # Both sides of a replacement are patterns, in which a backslash stands for itself only in pairs.
        pattern, rewrite = (text.replace(b"\\", b"\\\\") for text in (original, escaped))
        values = tf.strings.regex_replace(values, pattern, rewrite)
    return values


def from_lines(lines: Iterable[bytes]) -> list[bytes]:
    """Returns the values that `to_lines` made the lines of."""
    return [
        _ESCAPED.sub(lambda found: _ORIGINALS[found[0]], line) if b"\\" in line else line for line in lines
    ]
