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
    (-5.964, 3.136),
    {
        "often": (0.924, -0.611),
        "of_part": (0.014, 0.028),
        "of_word": (-0.247, 0.347),
        "two": (2.282, -1.831),
        "three": (2.774, -2.966),
        "four": (2.83, -4.065),
        "alone": (0.974, -0.792),
        "nested": (0.297, -0.39),
        "begin": (-0.712, 0.835),
        "share_before": (-0.029, -1.625),
        "sentences": (0.052, 0.548),
        "rare": (0.792, -0.234),
        "rarest": (-0.236, -0.267),
        "commonest": (0.273, -0.138),
        "rare_head": (-0.1, 0.079),
        "central": (0.433, 0.081),
        "most_central": (0.032, 1.714),
        "central_head": (0.306, -0.658),
        "capital": (0.194, 0.628),
        "acronym": (0.34, -0.635),
        "proper": (-0.603, 0.869),
        "adjective": (-0.54, 0.587),
        "figure": (-1.421, -2.399),
        "participle": (-1.019, 0.917),
        "inner": (0.0, 0.0),
        "hyphen": (0.765, -1.778),
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
