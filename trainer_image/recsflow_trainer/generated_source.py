"""The text of a generated module, which is what its address says.

The orchestrator keeps a module at `modules/{hash}/{name}.py`, by the hash of its text. What was computed
with it is kept under that address, so a module that was edited in its place must not run.
"""

import hashlib

from recsflow_trainer.errors import GeneratedModuleError
from recsflow_trainer.keras import tf

HASH_LENGTH = 12


def content_hash(text: str) -> str:
    """Returns the name of the folder of a text: SHA-256 of its length and its UTF-8 bytes."""
    content = text.encode()
    return hashlib.sha256(len(content).to_bytes(8, "big") + content).hexdigest()[:HASH_LENGTH]


def read_source(uri: str) -> str:
    """Returns the text of a module, wherever it is; raises GeneratedModuleError where it is not there."""
    if not tf.io.gfile.exists(uri):
        raise GeneratedModuleError(f"{uri} does not exist; generate the module before the job.")
    with tf.io.gfile.GFile(uri) as stream:
        text: str = stream.read()
    return text


def verified_source(uri: str) -> str:
    """Returns the text of a generated module.

    Args:
        uri: Where it is, `…/{hash}/{name}.py`.

    Raises:
        GeneratedModuleError: It is not there, or its text is not the one that was generated.
    """
    text = read_source(uri)
    address, found = uri.split("/")[-2:-1], content_hash(text)
    if address != [found]:
        raise GeneratedModuleError(
            f"{uri} was changed after it was generated: its text has the hash {found}, and its folder says "
            f"{''.join(address)!r}. Clear the task generate_modules, which writes it again."
        )
    return text
