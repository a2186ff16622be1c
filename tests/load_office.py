"""Writes packages of Office documents by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

SCHEMAS = "http://schemas.openxmlformats.org"
OFFICE = f"{SCHEMAS}/officeDocument/2006/relationships"
CORE = f"{SCHEMAS}/package/2006/metadata/core-properties"


def relations(*targets: tuple[str, str]) -> str:
    """Relations r0, r1, ... of these kinds to these parts."""
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{SCHEMAS}/package/2006/relationships">{inner}</Relationships>'


def office(main: str, parts: Mapping[str, str | bytes], title: str = "") -> bytes:
    """A package whose document is the part `main`, by A. Author."""
    known = "application/vnd.openxmlformats-package"
    fixed = {
        "[Content_Types].xml": (
            f'<Types xmlns="{SCHEMAS}/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="rels" ContentType="{known}.relationships+xml"/>'
            f'<Override PartName="/core.xml" ContentType="{known}.core-properties+xml"/></Types>'
        ),
        "_rels/.rels": relations(
            (f"{OFFICE}/officeDocument", main),
            (f"{SCHEMAS}/package/2006/relationships/metadata/core-properties", "core.xml"),
        ),
        "core.xml": (
            f'<c:coreProperties xmlns:c="{CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{title}</dc:title><dc:creator>A. Author</dc:creator></c:coreProperties>"
        ),
    }
    return packed({**fixed, **parts})


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


def strict(raw: bytes) -> bytes:
    """The package as "Strict Open XML" names things."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    for area in ("officeDocument", "presentationml", "spreadsheetml", "drawingml"):
        for name, part in parts.items():
            there = f"http://purl.oclc.org/ooxml/{area}/"
            parts[name] = part.replace(f"{SCHEMAS}/{area}/2006/", there)
    return packed(parts)
