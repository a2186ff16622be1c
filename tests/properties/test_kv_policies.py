"""Policies: how many entries are left, which ones are exact, and what a centroid is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ops.errors import UsageError
from ops.inference.kv.attention import attended
from ops.inference.kv.budget import entries_left, split
from ops.inference.kv.cluster import cluster, clusters, matched, merge
from ops.inference.kv.entries import Entries, Kind
from ops.inference.kv.guarded import guarded
from ops.inference.kv.layout import Layout
from ops.inference.kv.quants import decode, encode
from ops.inference.kv.rope import rotate, turns
from ops.inference.kv.select import pool, ranks, select
from ops.inference.kv.snap import snap
from ops.inference.kv.squeezed import restore, squeeze
from ops.inference.kv.surprise import surprise
from ops.inference.kv.weighing import weigh
from ops.inference.kv.window import window

SMALL = Layout(layers=2, heads=4, kv_heads=2, width=32, rotated=32, base=10_000.0)


def made(seed: int, count: int, kind: Kind = "f16") -> Entries:
    rng = np.random.default_rng(seed)
    shape = (SMALL.layers, count, SMALL.kv_heads, SMALL.width)
    keys, values = (encode(rng.normal(size=shape).astype(np.float32), kind) for _ in range(2))
    return Entries(np.arange(count, dtype=np.int32), keys, values, kind)


sizes = st.tuples(st.integers(1, 300), st.floats(0, 1)).map(
    lambda pair: (pair[0], max(1, round(pair[0] * pair[1])))
)


@given(sizes, st.integers(0, 20), st.sampled_from(("f16", "q8_0")), st.integers(2, 40))
@settings(max_examples=60, deadline=None)
def test_every_policy_keeps_to_its_size(
    pair: tuple[int, int], seed: int, kind: Kind, chunk: int
) -> None:
    count, size = pair
    entries = made(seed, count, kind)
    rng = np.random.default_rng(seed)
    losses = rng.exponential(size=count).astype(np.float32)
    queries = rng.normal(size=(SMALL.layers, 3, SMALL.heads, SMALL.width)).astype(np.float32)
    exactly = [
        window(entries, size),
        surprise(entries, losses, size),
        snap(entries, SMALL, queries, size),
    ]
    at_most = [
        cluster(entries, SMALL, size, chunk=chunk),
        guarded(entries, SMALL, losses, size, chunk=chunk),
    ]
    assert [len(found) for found in exactly] == [size] * 3
    for found in [*exactly, *at_most]:
        assert 0 < len(found) <= size
        assert found.keys.shape == (2, len(found), *entries.keys.shape[2:])
        assert found.values.shape == found.keys.shape
        assert (np.diff(found.positions) > 0).all()
        assert found.positions[-1] < count
        assert found.kind == kind


@given(st.integers(80, 300), st.integers(0, 20))
@settings(max_examples=20, deadline=None)
def test_first_and_last_entries_stay_exactly(count: int, seed: int) -> None:
    entries = made(seed, count)
    losses = np.random.default_rng(seed).exponential(size=count).astype(np.float32)
    size = count // 2
    _, end, _ = split(count, size, 4, 16)
    for found in (
        cluster(entries, SMALL, size, recent=16),
        surprise(entries, losses, size, recent=16),
        guarded(entries, SMALL, losses, size, recent=16),
    ):
        for part in (slice(0, 4), slice(end - count, None)):
            np.testing.assert_array_equal(found.keys[:, part], entries.keys[:, part])
            np.testing.assert_array_equal(found.values[:, part], entries.values[:, part])


def test_equal_keys_become_one_wherever_they_stand() -> None:
    rng = np.random.default_rng(3)
    bare = np.repeat(rng.normal(size=(2, 1, 2, 2, 32)), 8, axis=1).astype(np.float32)
    bare = bare.transpose(0, 1, 3, 2, 4).reshape(2, 16, 2, 32)  # a b a b …
    bare = bare[:, [0, 0, 0, 0, 1, 1, 1, 1]]
    positions = np.arange(100, 108, dtype=np.int32)
    keys = rotate(bare, turns(positions, SMALL)[:, None], SMALL)
    entries = Entries(positions, encode(keys, "f16"), encode(bare, "f16"), "f16")
    found, owners = merge(entries, SMALL, 8, 2)
    assert owners.tolist() == [[[0] * 4 + [1] * 4] * 2] * 2
    assert len(found) == 2
    values = decode(found.values, "f16")
    np.testing.assert_allclose(values, bare[:, [0, 4]], atol=2e-3)
    # Each centroid's key is the common key, rotated to a place within its run.
    for index, places in ((0, range(4)), (1, range(4, 8))):
        options = [
            rotate(bare[:, 4 * index], turns(positions[p : p + 1], SMALL), SMALL) for p in places
        ]
        key = decode(found.keys[:, index], "f16")
        assert min(float(np.abs(key - option).max()) for option in options) < 0.02


def test_values_of_clusters_are_means() -> None:
    entries = made(1, 16)
    found, _ = merge(entries, SMALL, 16, 1)
    expected = decode(entries.values, "f16").mean(axis=1, keepdims=True)
    np.testing.assert_allclose(decode(found.values, "f16"), expected, atol=2e-3)


@given(sizes, st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_every_entry_has_a_centroid_that_is_its_own_mean(pair: tuple[int, int], seed: int) -> None:
    count, size = pair
    entries = made(seed, count)
    found = clusters(entries, SMALL, size, sinks=2, recent=3, chunk=6)
    values, means = decode(entries.values, "f16"), decode(found.centroids.values, "f16")
    if split(count, size, 2, 3)[2]:
        for layer, head in ((0, 0), (1, 1)):
            own = found.owners[layer, head]
            for at in range(len(found.centroids)):
                mean = values[layer, own == at, head].mean(axis=0)
                np.testing.assert_allclose(means[layer, at, head], mean, atol=5e-3)


def matched_one_by_one(
    keys: NDArray[np.float64], left: int, gently: bool = False
) -> list[list[int]]:
    """Soft matching of one block of one head, in plain loops: the members of each cluster."""
    members = [[at] for at in range(len(keys))]
    while len(members) > left:
        evens = len(members[::2])
        goal = max(left, len(members) - (max(1, evens // 2) if gently else evens))
        sums = [keys[own].sum(axis=0) for own in members]
        units = [total / np.linalg.norm(total) for total in sums]
        best = {
            even: max(range(1, len(members), 2), key=lambda odd: units[even] @ units[odd])
            for even in range(0, len(members), 2)
        }
        likest = sorted(best, key=lambda even: -(units[even] @ units[best[even]]))
        for even in likest[: len(members) - goal]:
            members[best[even]] += members[even]
            members[even] = []
        members = [own for own in members if own]
    return members


@pytest.mark.parametrize(
    ("width", "left", "blocks", "gaps"),
    [(17, 3, 3, False), (17, 3, 2, True), (8, 8, 2, False), (2, 1, 3, True), (13, 5, 2, False)],
)
def test_clusters_are_those_of_plain_loops(width: int, left: int, blocks: int, gaps: bool) -> None:
    count = blocks * width
    entries = made(11, 3 * count)
    chosen = np.zeros(3 * count, dtype=bool)
    chosen[np.random.default_rng(3).permutation(3 * count)[:count] if gaps else slice(count)] = True
    entries = entries.where(chosen)
    found, owners = merge(entries, SMALL, width, left)
    factors = turns(entries.positions, SMALL)[:, None]
    for layer, head in ((0, 1), (1, 0)):
        bare = rotate(decode(entries.keys[layer], "f16"), factors.conj(), SMALL)[:, head]
        means = decode(found.keys[layer], "f16")[:, head]
        for block in range(blocks):
            start = block * width
            own_keys = bare[start : start + width].astype(np.float64)
            for number, own in enumerate(matched_one_by_one(own_keys, left)):
                at = block * left + number
                assert sorted(np.flatnonzero(owners[layer, head] == at) - start) == sorted(own)
                mean = bare[start:][own].mean(axis=0, keepdims=True)
                # A half may be rounded either way.
                places = {int(np.rint(np.mean(own) + shift)) for shift in (-1e-3, 1e-3)}
                options = [
                    rotate(mean, turns(entries.positions[[start + place]], SMALL), SMALL)[0]
                    for place in places
                ]
                assert min(float(np.abs(means[at] - option).max()) for option in options) < 5e-3


@pytest.mark.parametrize(("width", "left"), [(37, 4), (16, 3), (5, 1), (2, 1)])
def test_gentle_rounds_are_those_of_plain_loops(width: int, left: int) -> None:
    keys = np.random.default_rng(width).normal(size=(2, 3, width, 16)).astype(np.float32)
    found = matched(keys, left, gently=True)
    for head in range(2):
        for block in range(3):
            expected = matched_one_by_one(keys[head, block].astype(np.float64), left, gently=True)
            own = found[head, block]
            members = [np.flatnonzero(own == number).tolist() for number in range(left)]
            assert members == [sorted(each) for each in expected]


def test_half_of_what_is_left_is_recent() -> None:
    entries = made(2, 300)
    for queries in (None, np.ones((2, 40, 4, 32), np.float32)):
        found = cluster(entries, SMALL, 100, queries=queries)
        np.testing.assert_array_equal(found.keys[:, -48:], entries.keys[:, -48:])
        np.testing.assert_array_equal(found.keys[:, :4], entries.keys[:, :4])
        assert not (found.keys[:, -60] == entries.keys[:, -60]).all()


@given(sizes, st.integers(0, 20), st.sampled_from(("f16", "q8_0")), st.integers(2, 70))
@settings(max_examples=40, deadline=None)
def test_weighed_clusters_keep_to_their_size_and_their_ends(
    pair: tuple[int, int], seed: int, kind: Kind, chunk: int
) -> None:
    count, size = pair
    entries = made(seed, count, kind)
    tokens = min(count, 9)
    queries = np.random.default_rng(seed).normal(size=(2, tokens, 4, 32)).astype(np.float32)
    found = cluster(entries, SMALL, size, queries=queries, chunk=chunk, sinks=2, recent=6)
    assert 0 < len(found) <= size
    assert (np.diff(found.positions) > 0).all()
    start, end, _ = split(count, size, 2, 6)
    for part in (slice(0, start), slice(end - count, None) if end < count else slice(0, 0)):
        np.testing.assert_array_equal(found.keys[:, part], entries.keys[:, part])
        np.testing.assert_array_equal(found.values[:, part], entries.values[:, part])
    assert np.isfinite(decode(found.keys, kind)).all()


def output(entries: Entries, queries: NDArray[np.float32]) -> NDArray[np.float64]:
    """What attention gives (layers, tokens, heads, width), of entries that all queries see."""
    keys, values = (
        np.repeat(decode(stored, "f16").astype(np.float64), SMALL.group, axis=2)
        for stored in (entries.keys, entries.values)
    )
    scores = np.einsum("lthd,lnhd->lhtn", queries, keys) * SMALL.width**-0.5
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    found: NDArray[np.float64] = np.einsum("lhtn,lnhd->lthd", weights, values)
    return found


def test_weighed_clusters_give_what_all_entries_gave() -> None:
    entries = made(7, 200)
    rng = np.random.default_rng(7)
    queries: NDArray[np.float32] = rng.normal(scale=0.6, size=(2, 64, 4, 32)).astype("<f4")
    queries[..., -4:] += 4  # slow pairs: what the queries have in common
    full = output(entries, queries)
    off = {
        name: float(np.square(output(found, queries) - full).mean())
        for name, found in (
            ("weighed", cluster(entries, SMALL, 60, queries=queries, recent=8, chunk=16)),
            ("plain", cluster(entries, SMALL, 60, recent=8)),
            ("window", window(entries, 60)),
        )
    }
    assert off["weighed"] < 0.6 * min(off["plain"], off["window"])


def test_a_later_entry_is_not_attended_to() -> None:
    entries = made(8, 60)
    queries: NDArray[np.float32] = np.zeros((2, 12, 4, 32), np.float32)
    queries[:, :-1] = 30 * np.repeat(decode(entries.keys[:, -1:], "f16"), 2, axis=2)
    queries[:, -1] = 30 * np.repeat(decode(entries.keys[:, 30], "f16"), 2, axis=1)
    weighing = weigh(entries, queries, SMALL)
    assert weighing.shares.sum(axis=-1) == pytest.approx(np.ones((2, 2)), abs=1e-3)
    # Of the tokens that are looked at, the last asks for entry 30, the other for a later one.
    assert (weighing.shares[..., 30] > 0.45).all()
    assert (weighing.shares[..., -1] < 0.3).all()


def test_queries_of_another_model_are_refused() -> None:
    entries = made(9, 30)
    for shape in ((2, 3, 4, 16), (2, 31, 4, 32), (2, 0, 4, 32)):
        with pytest.raises(UsageError, match="not of this model"):
            cluster(entries, SMALL, 10, queries=np.zeros(shape, np.float32))


def test_squeezed_restores_what_the_question_looks_at() -> None:
    rng = np.random.default_rng(4)
    positions = np.arange(300, dtype=np.int32)
    bare = 0.1 * rng.normal(size=(2, 300, 2, 32)).astype(np.float32)
    bare[:, 148:153] = 1
    keys = rotate(bare, turns(positions, SMALL)[:, None], SMALL)
    entries = Entries(positions, encode(keys, "f16"), encode(bare, "f16"), "f16")
    queries = np.repeat(5 * keys[:, 150], 2, axis=1)[:, None]
    index = squeeze(entries, SMALL, share=0.33)
    found = restore(entries, index, queries, SMALL, 40, pooled=5, recent=8)
    assert len(found) == 40
    at = int(np.flatnonzero(found.positions == 150)[0])
    np.testing.assert_array_equal(found.keys[:, at], entries.keys[:, 150])
    assert set(range(148, 153)) <= set(found.positions.tolist())


def test_the_surprising_run_is_kept() -> None:
    entries = made(1, 200)
    losses = np.full(200, 0.1, np.float32)
    losses[90:100] = 8
    for found in (
        surprise(entries, losses, 40, recent=8, pooled=5),
        guarded(entries, SMALL, losses, 40, recent=8, pooled=5),
    ):
        kept = set(found.positions.tolist())
        assert kept >= set(range(90, 100))
        at = int(np.flatnonzero(found.positions == 95)[0])
        np.testing.assert_array_equal(found.keys[:, at], entries.keys[:, 95])


def test_snap_keeps_what_each_head_attends_to() -> None:
    entries = made(4, 100)
    keys = decode(entries.keys, "f16")
    queries = np.zeros((2, 1, 4, 32), np.float32)
    wanted = {(layer, head): 20 + 10 * layer + 25 * head for layer in range(2) for head in range(2)}
    for (layer, head), at in wanted.items():
        queries[layer, 0, 2 * head : 2 * head + 2] = 20 * keys[layer, at, head]
    scores = attended(entries, queries, SMALL)
    assert scores.sum(axis=-1) == pytest.approx(np.ones((2, 2)), abs=1e-4)
    found = snap(entries, SMALL, queries, 10, pooled=1, recent=2)
    for (layer, head), at in wanted.items():
        own = found.values[layer, :, head]
        assert (own == entries.values[layer, at, head]).all(axis=-1).any()


@given(st.integers(1, 60), st.integers(0, 12), st.integers(0, 20))
@settings(max_examples=40, deadline=None)
def test_pooling_is_a_mean_over_neighbours(count: int, half: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(1, 2, count)).astype(np.float32)
    found = pool(scores, 2 * half + 1)
    for at in range(count):
        expected = scores[..., max(0, at - half) : at + half + 1].mean(axis=-1)
        np.testing.assert_allclose(found[..., at], expected, atol=1e-5)


def test_ties_go_to_the_earlier_entry() -> None:
    entries = made(1, 10)
    found = select(entries, np.zeros((1, 1, 10), np.float32), 6, sinks=1, recent=1)
    assert found.positions.tolist() == [0, 1, 2, 3, 4, 9]
    assert ranks(np.zeros((1, 1, 3), np.float32)).ravel().tolist() == [1, 0.5, 0]


def test_a_share_is_a_share() -> None:
    assert entries_left(1_000, 0.8) == 200
    assert entries_left(3, 0.99) == 1
    with pytest.raises(UsageError, match="between 0 and 1"):
        entries_left(10, 1.0)
    with pytest.raises(UsageError, match="cannot become"):
        split(10, 11, 4, 4)
