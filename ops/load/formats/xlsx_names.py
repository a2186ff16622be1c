"""Names that workbooks use in their XML."""

from __future__ import annotations

__all__ = ["R", "S"]

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
