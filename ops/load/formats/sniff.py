"""What bytes are, by their first ones, whatever the file is called."""

from __future__ import annotations

__all__ = ["DOCX", "EPUB", "PDF", "PPTX", "XLSX", "sniff"]

import io
import zipfile

PDF = "a PDF"
DOCX = "a Word document"
EPUB = "an EPUB book"
PPTX = "a PowerPoint presentation"
XLSX = "an Excel workbook"

SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
)

WORDS = (
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF file (WebP, WAV or AVI)"),
    (b"BZh", "a bzip2 archive"),
    (b"PAR1", "a Parquet file"),
    (b"ID3", "an MP3 file"),
    (b"MZ", "a program"),
)
"""Signatures that a text might begin with; binary files have a NUL byte soon after."""

PARTS = (
    ("word/", DOCX),
    ("xl/", XLSX),
    ("ppt/", PPTX),
    ("META-INF/container.xml", EPUB),
    ("content.xml", "an OpenDocument file"),
    ("AndroidManifest.xml", "an Android package"),
    ("META-INF/MANIFEST.MF", "a Java archive"),
)


def sniff(raw: bytes) -> str:
    """What the bytes are, with its article; empty when nothing known, as text is."""
    for signature, kind in SIGNATURES if b"\0" not in raw[:4096] else (*SIGNATURES, *WORDS):
        if raw.startswith(signature):
            return kind
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(raw)
    if raw.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # An encrypted package keeps its parts in streams of these names (MS-OFFCRYPTO 2.3.4).
        if "EncryptedPackage".encode("utf-16-le") in raw:
            return "a password-protected Office file"
        return "an old binary Office file (.doc, .xls, .ppt or .msg)"
    # Rubbish before the header is common enough that readers look past it.
    return PDF if b"%PDF-" in raw[:1024] and b"\0" in raw[:65536] else ""


def _zipped(raw: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "a truncated or corrupt ZIP archive"
    for part, kind in PARTS:
        if any(name.startswith(part) for name in names):
            return kind
    return "a ZIP archive"
