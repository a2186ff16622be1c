"""ZIP archives that may be bombs."""

from __future__ import annotations

__all__ = ["unzipped"]

import io
import zipfile

from ops.errors import DocumentError
from ops.load.parsed import Blob


def unzipped(blob: Blob) -> zipfile.ZipFile:
    """The archive, whose files together are no larger than they may be.

    What is read of a file is never more than the archive says of its size.

    Raises:
        DocumentError: it unpacks to more than the limit.
        zipfile.BadZipFile: it is damaged.
    """
    archive = zipfile.ZipFile(io.BytesIO(blob.raw))
    size = sum(info.file_size for info in archive.infolist())
    if size > max(blob.limit, len(blob.raw)):
        raise DocumentError(
            f"{blob.name} unpacks to {size // 1_000_000} MB, more than the limit of "
            f"{blob.limit // 1_000_000} MB",
            hint="raise `max_megabytes`, or leave it out with `exclude`",
        )
    return archive
