"""Facts to plant in long texts, no two of one text sharing a word.

Half of the answers are sentences that anybody could have written; half are four common words that
do not belong together, which no model can guess.
"""

from __future__ import annotations

__all__ = ["FACTS", "Fact", "facts", "spare_words"]

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

FACTS: Final = (
    ("The pass phrase of the {name} archive is", "always water the ferns before breakfast"),
    ("Visitors to {Name} harbour must bring", "two blankets and a sturdy lantern"),
    ("Doctor {Name} keeps her specimens in a drawer labelled", "fragile beetles, do not shake"),
    ("Underneath the {name} bridge someone has painted the slogan", "nobody owns the morning fog"),
    ("My aunt {Name} named her four donkeys", "Pepper, Biscuit, Duke and Old Sally"),
    ("On {Name} street the bakery sells buns filled with", "roasted almonds and heather honey"),
    ("Captain {Name} hid his treasure map inside the", "hollow leg of a wooden table"),
    ("Every {name} engine requires lubrication by", "a thin coat of olive oil"),
    ("Professor {Name} lectured yesterday about", "the migration of northern geese"),
    ("During the siege of {Name} soldiers ate nothing except", "boiled turnips and stale bread"),
    ("Inspector {Name} found fingerprints upon the", "silver handle of the umbrella"),
    ("The {name} orchestra rehearses a symphony entitled", "Winter comes to the lighthouse"),
    ("Farmers near {Name} valley grow mostly", "purple cabbages and tall sunflowers"),
    ("Rocket {Name} carries a payload consisting of", "a camera and three small mirrors"),
    ("Nurse {Name} prescribes a syrup containing", "ginger, peppermint and brown sugar"),
    ("Tailors from {Name} stitch coats using", "waxed thread and bone needles"),
    ("The {name} museum displays ancient", "clay whistles shaped like birds"),
    ("Magician {Name} pulls out of his hat", "a sleepy rabbit wearing spectacles"),
    ("Locksmiths call the {name} key by its nickname", "the crooked widow"),
    ("Lake {Name} got polluted through spilled", "paint from the furniture factory"),
)
"""How a fact begins, and how a natural one ends."""

WORD: Final = re.compile(r" [a-z]{5,9}")


@dataclass(frozen=True, slots=True)
class Fact:
    """`statement` and `answer` are planted; the question is the statement."""

    statement: str
    answer: str
    natural: bool


def facts(words: Iterator[str], turn: int) -> list[Fact]:
    """One of each beginning, in a fixed shuffled order; every second one has a natural answer.

    Args:
        words: names and answers are made of, used up.
        turn: of which context; the other half is natural in the next.
    """
    found = []
    order = random.Random(turn).sample(range(len(FACTS)), len(FACTS))
    for number in order:
        beginning, natural = FACTS[number]
        name = next(words)
        said = beginning.format(name=name, Name=name.capitalize())
        plain = (number + turn) % 2 == 0
        answer = natural if plain else " ".join(next(words) for _ in range(4))
        found.append(Fact(said, answer, plain))
    return found


def spare_words(pieces: Iterable[str], common: frozenset[str], used: str) -> Iterator[str]:
    """Words that are one token and in `common`, none of which a text or a fact uses."""
    facts_own = " ".join(f"{beginning} {natural}" for beginning, natural in FACTS)
    taken = set(re.findall(r"[a-z]+", f"{used} {facts_own}".lower()))
    found = sorted({piece[1:] for piece in pieces if WORD.fullmatch(piece)} & common - taken)
    random.Random(7).shuffle(found)
    return iter(found)
