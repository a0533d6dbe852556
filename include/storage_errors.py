"""What is wrong with an artifact root, in a sentence, told from an outage that a second try survives."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.errors import RecsflowError

if TYPE_CHECKING:
    from upath import UPath

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_WRITABLE = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR),
    *(errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL),
}
# Cloud Storage's client gives no number.
_NOT_THERE = (PermissionError, FileNotFoundError, NotADirectoryError)


class StorageError(RecsflowError, ValueError):
    """A URI that is neither a local folder nor on Google Cloud Storage, or where nothing can be written."""


@contextmanager
def writing(path: UPath) -> Iterator[None]:
    """Tell a place that nobody can write to from an outage, after which a second try helps.

    Raises:
        StorageError: The place cannot be written, or is full.
    """
    try:
        with enough_space(path):
            yield
    except OSError as error:
        if error.errno not in _NOT_WRITABLE and not isinstance(error, _NOT_THERE):
            raise
        raise StorageError(
            f"artifact root: {path} cannot be written ({error}); set artifact_root to a folder or bucket "
            "that exists and that this account may write to."
        ) from None


@contextmanager
def enough_space(path: UPath) -> Iterator[None]:
    """Tell a full disk from an outage.

    Raises:
        StorageError: There is no space left.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        raise StorageError(
            f"artifact root: {path} cannot be written ({error}); free space there, for example by "
            "`make clean-up`, or set artifact_root to a larger disk."
        ) from None
