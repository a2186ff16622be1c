"""Weights of the features of the variant `chunkbook`.

Fitted by `benchmarks/keywords_tune.py` on the even-hashed halves of four public keyword sets.
"""

from __future__ import annotations

__all__ = ["ENGLISH", "OTHER", "TAGGED", "Weights"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Weights:
    """(for a short text, what is added for a long one) of each feature and of none."""

    base: tuple[float, float]
    features: Mapping[str, tuple[float, float]]


TAGGED: Final = Weights(
    (-6.282, 2.957),
    {
        "often": (0.858, -0.439),
        "of_part": (0.006, 0.082),
        "of_word": (-0.156, 0.286),
        "two": (1.997, -1.401),
        "three": (2.496, -2.593),
        "four": (2.486, -3.42),
        "alone": (1.59, -1.452),
        "nested": (-0.155, -0.602),
        "begin": (-0.612, 0.642),
        "share_before": (-0.008, -1.504),
        "sentences": (0.116, 0.364),
        "rare": (0.814, -0.186),
        "rarest": (-0.236, -0.217),
        "commonest": (0.237, -0.107),
        "rare_head": (-0.133, 0.006),
        "central": (0.771, 1.24),
        "most_central": (0.078, 1.352),
        "central_head": (0.095, -1.435),
        "capital": (0.348, 0.212),
        "acronym": (0.347, -0.578),
        "proper": (-0.8, 0.851),
        "adjective": (-0.446, 0.315),
        "figure": (-1.442, -2.197),
        "participle": (-1.004, 0.704),
        "inner": (0.0, 0.0),
        "hyphen": (0.641, -1.147),
    },
)
"""English with parts of speech."""

ENGLISH: Final = Weights(
    (-6.486, 0.57),
    {
        "often": (1.096, -0.391),
        "of_part": (-0.055, 0.258),
        "of_word": (-0.281, 0.445),
        "two": (1.841, -0.791),
        "three": (2.102, -1.638),
        "four": (1.646, -1.746),
        "alone": (1.565, -0.626),
        "nested": (-0.358, 0.09),
        "begin": (-0.405, 0.138),
        "share_before": (-0.112, -1.065),
        "sentences": (0.09, 0.176),
        "rare": (0.591, -0.135),
        "rarest": (-0.088, -0.186),
        "commonest": (0.264, -0.033),
        "rare_head": (-0.13, -0.042),
        "central": (0.08, 2.006),
        "most_central": (0.086, 1.215),
        "central_head": (0.735, -1.371),
        "capital": (0.289, 0.53),
        "acronym": (0.08, -0.334),
        "proper": (0.0, 0.0),
        "adjective": (0.0, 0.0),
        "figure": (-1.528, -1.543),
        "participle": (0.0, 0.0),
        "inner": (-2.755, 0.18),
        "hyphen": (0.544, -0.859),
    },
)
"""English without parts of speech."""

OTHER: Final = Weights(
    (-3.389, 1.554),
    {
        "often": (2.259, -1.109),
        "of_part": (-0.283, -0.168),
        "of_word": (-0.455, -0.515),
        "two": (0.947, -3.097),
        "three": (0.895, -3.743),
        "four": (0.378, -6.327),
        "alone": (1.241, -0.995),
        "nested": (-0.642, -1.139),
        "begin": (-0.789, -0.772),
        "share_before": (-0.278, -2.995),
        "sentences": (0.219, 0.274),
        "rare": (0.274, -0.093),
        "rarest": (-0.157, -0.205),
        "commonest": (0.246, 0.107),
        "rare_head": (-0.028, 0.221),
        "central": (-1.74, 2.073),
        "most_central": (0.464, -0.021),
        "central_head": (0.705, 1.139),
        "capital": (0.055, 0.64),
        "acronym": (0.015, 0.306),
        "proper": (0.0, 0.0),
        "adjective": (0.0, 0.0),
        "figure": (-1.783, 3.176),
        "participle": (0.0, 0.0),
        "inner": (-1.861, -0.787),
        "hyphen": (0.507, -0.56),
    },
)
"""Any other language; news in French count ten times."""
