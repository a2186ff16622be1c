"""Names that presentations use in their XML, and what a shape stands in for."""

from __future__ import annotations

__all__ = ["FALLBACK", "MATH", "A", "P", "R", "placeholder"]

from typing import Any

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def placeholder(shape: Any) -> tuple[str, str]:
    """The type and number of the placeholder that a shape fills; two empty words for none."""
    found = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    if found is None:
        return "", ""
    return found.get("type", "obj"), found.get("idx", "0")
