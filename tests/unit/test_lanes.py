"""The wiring of a notebook as lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.lanes import Lanes, Node, connector, plan

CHAIN = [Node(None), Node("a"), Node("b", ("a",)), Node("c", ("b",))]
BRANCHES = [
    Node("source"),
    Node("one", ("source",)),
    Node("words", ("one",)),
    Node("two", ("source",)),
    Node(None),
    Node("index", ("words",)),
]
JOIN = [Node("s"), Node("k", ("s",)), Node("g", ("k",)), Node("v", ("k",)), Node("i", ("v", "g"))]


def _drawn(lanes: Lanes) -> list[str]:
    rows = []
    for row in range(lanes.rows):
        rows.append(connector(lanes, row, 2, 0, 12).rstrip())
        marks = dict.fromkeys(lanes.through[row], "│")
        marks |= {lanes.placed[n].lane: "●" for n in lanes.at(row)}
        last = max(marks, default=0)
        rows.append(" ".join(marks.get(lane, " ") for lane in range(last + 1)))
    return rows


def test_a_chain_stands_in_one_lane() -> None:
    for beside in (False, True):
        lanes = plan(CHAIN, beside=beside)
        assert lanes.lanes == 1
        assert [placed.row for placed in lanes.placed] == [0, 1, 2, 3]
        assert _drawn(lanes)[2:] == ["", "●", "│", "●", "│", "●"]


def test_branches_stand_below_each_other_with_the_line_going_past() -> None:
    lanes = plan(BRANCHES, beside=False)
    assert _drawn(lanes) == [
        "",
        "●",
        "├─╮",
        "● │",
        "│ │",
        "● │",
        "│ │",
        "│ ●",
        "│",
        "●",
        "│",
        "●",
    ]
    assert lanes.placed[3].branch
    assert not lanes.placed[1].branch


def test_branches_stand_side_by_side_where_there_is_room() -> None:
    lanes = plan(BRANCHES, beside=True)
    assert [lanes.at(row) for row in range(lanes.rows)] == [[0], [1, 3], [2], [4], [5]]
    assert connector(lanes, 1, 4, 1, 12) == " ├───╮      "


def test_what_comes_together_is_drawn_so() -> None:
    assert _drawn(plan(JOIN, beside=False))[4:] == ["├─╮", "● │", "│ │", "│ ●", "├─╯", "●"]
    assert _drawn(plan(JOIN, beside=True))[4:] == ["├─╮", "● ●", "├─╯", "●"]


@given(st.data(), st.booleans())
def test_every_cell_has_a_place_of_its_own_below_its_inputs(
    data: st.DataObject, beside: bool
) -> None:
    nodes: list[Node] = []
    for number in range(data.draw(st.integers(1, 14))):
        known = [node.id for node in nodes if node.id] + ["nowhere", "c99"]
        inputs = data.draw(st.lists(st.sampled_from(known), max_size=3, unique=True))
        note = data.draw(st.integers(0, 5)) == 0
        nodes.append(Node(None) if note else Node(f"c{number}", tuple(inputs)))
    lanes = plan(nodes, beside=beside)
    assert len(lanes.placed) == len(nodes)
    spots = [(placed.row, placed.lane) for placed in lanes.placed]
    assert len(set(spots)) == len(spots)
    where = {node.id: placed for node, placed in zip(nodes, lanes.placed, strict=True) if node.id}
    for node, placed in zip(nodes, lanes.placed, strict=True):
        assert placed.lane < lanes.lanes
        assert placed.row < lanes.rows
        if node.id is not None:
            assert placed.lane not in lanes.through[placed.row]
        for name in node.inputs:
            if name in where:
                assert where[name].row < placed.row
                assert where[name].goes_on
    for row in range(lanes.rows):
        assert len(connector(lanes, row, 3, 1, 60)) == 60
