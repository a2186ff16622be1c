"""Small real-looking documents and notebooks that tests make for themselves."""

from __future__ import annotations

import random
from pathlib import Path

TOPICS = (
    "Leave", "Travel", "Expenses", "Security", "Passwords", "Backups", "Hiring", "Training",
    "Procurement", "Laptops", "Printers", "Visitors", "Parking", "Contracts", "Invoices", "Audits",
)  # fmt: skip
PEOPLE = ("Anna Schmidt", "Peter Jones", "Maria Rossi", "John Smith", "Claire Dubois")
PLACES = ("Berlin", "London", "Madrid", "Warsaw", "Lisbon")
SENTENCES = (
    "{topic} requests are approved by {person} in {place}.",
    "Every team in {place} reviews its {topic} policy once a year.",
    "The {topic} guideline was last changed on 2024-0{month}-1{month}.",
    "Ask {person} if a rule about {topic} is not clear to you.",
    "Exceptions to {topic} rules need a written reason and a date.",
    "Costs above 500 euros for {topic} are reported to the finance department.",
)


def document(number: int, sections: int = 4) -> str:
    """A Markdown policy, the same for the same number."""
    chance = random.Random(number)
    title = TOPICS[number % len(TOPICS)]
    parts = [f"# {title} policy {number}\n"]
    for section in range(sections):
        topic = chance.choice(TOPICS)
        parts.append(f"\n## {section + 1}. {topic} and {title.lower()}\n\n")
        for _ in range(chance.randint(2, 5)):
            words = {
                "topic": topic.lower(),
                "person": chance.choice(PEOPLE),
                "place": chance.choice(PLACES),
                "month": chance.randint(1, 9),
            }
            parts.append(" ".join(s.format(**words) for s in chance.sample(SENTENCES, 4)) + "\n\n")
    return "".join(parts)


def write_documents(folder: Path, count: int, sections: int = 4) -> list[Path]:
    """`count` policies as Markdown files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"policy_{number:03}.md" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(document(number, sections), encoding="utf-8")
    return paths


PLAIN = """\
name: {name}
cells:
  - id: source
    op: load.files
    params: {{path: docs}}
  - id: chunks
    op: segment.recursive
    params: {{size: {size}, tokenizer: {tokenizer}}}
  - id: metadata
    op: enrich.metadata
  - id: index
    op: index.lancedb
"""
"""A notebook that needs no model."""

WHOLE = """\
name: {name}
cells:
  - note: Everything that a first notebook has.
  - id: source
    op: load.files
    params: {{path: docs}}
  - id: chunks
    op: segment.recursive
    params: {{size: {size}, tokenizer: {tokenizer}}}
  - id: metadata
    op: enrich.metadata
  - id: keywords
    op: keywords.frake
  - id: graph
    op: link.graph
    input: keywords
  - id: vectors
    op: embed.llama
    input: keywords
  - id: index
    op: index.lancedb
    input: [vectors, graph]
"""
"""A notebook with every family of ops."""


def write_notebook(
    folder: Path,
    template: str = PLAIN,
    *,
    name: str = "policies",
    size: int = 60,
    tokenizer: str = "words",
) -> Path:
    """A notebook file over `folder/docs`."""
    path = folder / f"{name}.yaml"
    text = template.format(name=name, size=size, tokenizer=tokenizer)
    path.write_text(text, encoding="utf-8")
    return path
