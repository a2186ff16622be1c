"""Weights of the signals, added to the odds of the variant `chunkbook` where they are asked for.

Fitted by `benchmarks/keywords_options.py` on the even-hashed halves of four public keyword sets,
with the odds by all other features given.
"""

from __future__ import annotations

__all__ = ["SIGNAL_WEIGHTS"]

from collections.abc import Mapping
from typing import Final

SIGNAL_WEIGHTS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "tagged": {
        "title": (0.033, 0.112),
        "defined": (0.87, 0.154),
        "abbreviated": (1.097, 0.032),
        "quoted": (0.028, -0.034),
        "aim": (-0.015, 0.269),
        "conclusion": (-0.608, -0.136),
        "illustration": (0.307, -0.392),
        "contrast": (-0.056, -0.178),
        "cause": (0.061, -0.056),
        "emphasis": (0.007, 0.582),
    },
    "english": {
        "title": (0.091, 0.013),
        "defined": (0.751, 0.101),
        "abbreviated": (0.78, 0.032),
        "quoted": (0.033, -0.009),
        "aim": (-0.098, 0.104),
        "conclusion": (-0.371, 0.014),
        "illustration": (0.274, -0.076),
        "contrast": (-0.072, -0.039),
        "cause": (0.096, -0.05),
        "emphasis": (0.123, 0.173),
    },
    "other": {
        "title": (-0.207, 0.032),
        "defined": (0.0, 0.0),
        "abbreviated": (0.141, -0.016),
        "quoted": (-0.016, -0.002),
        "aim": (0.0, 0.0),
        "conclusion": (0.0, 0.0),
        "illustration": (0.0, 0.0),
        "contrast": (0.0, 0.0),
        "cause": (0.0, 0.0),
        "emphasis": (0.0, 0.0),
    },
}
"""Mode → signal → (for a short text, what is added for a long one)."""
