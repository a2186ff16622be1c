"""States of sequences: what is built is parsed back, and anything else is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.errors import ModelError
from ops.inference.gguf_header import Header, Tensor
from ops.inference.kv.entries import Entries, Kind, gather
from ops.inference.kv.layout import Layout, layout_of
from ops.inference.kv.quants import decode, encode
from ops.inference.kv.rope import rotate, turns
from ops.inference.kv.state import build, parse

SMALL = Layout(layers=3, heads=4, kv_heads=2, width=32, rotated=32, base=10_000.0)


def made(seed: int, count: int, kind: Kind, layout: Layout = SMALL) -> Entries:
    rng = np.random.default_rng(seed)
    shape = (layout.layers, count, layout.kv_heads, layout.width)
    positions = np.sort(rng.choice(count * 3, count, replace=False)).astype(np.int32)
    keys, values = (encode(rng.normal(size=shape).astype(np.float32), kind) for _ in range(2))
    return Entries(positions, keys, values, kind)


kinds = st.sampled_from(("f16", "q8_0"))


@given(st.integers(0, 99), st.integers(1, 40), kinds)
@settings(max_examples=40, deadline=None)
def test_what_is_built_is_parsed_back(seed: int, count: int, kind: Kind) -> None:
    entries = made(seed, count, kind)
    raw = build(entries, SMALL)
    found = parse(raw, SMALL)
    assert found.kind == kind
    np.testing.assert_array_equal(found.positions, entries.positions)
    np.testing.assert_array_equal(found.keys, entries.keys)
    np.testing.assert_array_equal(found.values, entries.values)
    np.testing.assert_array_equal(build(found, SMALL), raw)


@given(st.integers(1, 12), kinds, st.data())
@settings(max_examples=60, deadline=None)
def test_a_state_that_is_cut_or_grown_is_refused(
    count: int, kind: Kind, data: st.DataObject
) -> None:
    raw = build(made(1, count, kind), SMALL)
    end = data.draw(st.integers(0, len(raw) - 1))
    with pytest.raises(ModelError, match="cannot be read"):
        parse(raw[:end], SMALL)
    with pytest.raises(ModelError, match="bytes instead of"):
        parse(np.concatenate([raw, np.zeros(4, np.uint8)]), SMALL)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, 7, "another version"),
        (8, 2, "2 streams"),
        (12, 0, "no entries"),
        (20, 3, "exactly one sequence"),
        (16, 9_999, "do not ascend"),
        (16 + 5 * 12, 1, "transposed"),
        (16 + 5 * 12 + 4, 4, "4 layers instead of 3"),
        (16 + 5 * 12 + 8, 0, "type 0"),
        (16 + 5 * 12 + 12, 64, "rows of 64 bytes"),
    ],
)
def test_what_is_not_known_is_refused(place: int, value: int, reason: str) -> None:
    raw = build(made(2, 5, "f16"), SMALL)
    raw[place : place + 4] = np.frombuffer(np.uint32(value).tobytes(), np.uint8)
    with pytest.raises(ModelError, match=reason):
        parse(raw, SMALL)


@given(st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_each_head_may_keep_entries_of_its_own(seed: int) -> None:
    rng = np.random.default_rng(seed)
    entries = made(seed, 20, "f16")
    chosen = np.sort(
        np.stack([[rng.choice(20, 6, replace=False) for _ in range(2)] for _ in range(3)])
    )
    found = gather(entries, chosen, np.arange(6, dtype=np.int32))
    for layer in range(3):
        for head in range(2):
            own = entries.values[layer, chosen[layer, head], head]
            np.testing.assert_array_equal(found.values[layer, :, head], own)


@given(st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_q8_is_near_and_encodes_its_own_numbers_again(seed: int) -> None:
    numbers = np.random.default_rng(seed).normal(size=(4, 64)).astype(np.float32)
    stored = encode(numbers, "q8_0")
    once = decode(stored, "q8_0")
    assert (
        np.abs(once - numbers).max() <= np.abs(numbers).max() / 127 * 0.6
    )  # half a step, and the scale in F16
    np.testing.assert_allclose(decode(encode(once, "q8_0"), "q8_0"), once, atol=2e-3)
    assert not decode(encode(np.zeros((1, 32), np.float32), "q8_0"), "q8_0").any()


def test_halves_are_read_and_written_as_numpy_does() -> None:
    bits = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = bits[np.isfinite(bits)]
    numbers = decode(halves, "f16")
    np.testing.assert_array_equal(numbers, halves.astype(np.float32))
    np.testing.assert_array_equal(encode(numbers, "f16").view(np.uint16), halves.view(np.uint16))
    rng = np.random.default_rng(1)
    spread = (rng.normal(size=20_000) * 10.0 ** rng.uniform(-4, 4, 20_000)).astype(np.float32)
    np.testing.assert_array_equal(encode(spread, "f16"), spread.astype(np.float16))
    assert encode(np.array([1e6, -1e6], np.float32), "f16").tolist() == [65504, -65504]


@given(st.integers(0, 8_000), st.integers(0, 8_000), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_turns_add_up_and_can_be_taken_back(first: int, second: int, seed: int) -> None:
    layout = Layout(1, 1, 1, width=48, rotated=32, base=100_000.0)
    key = np.random.default_rng(seed).normal(size=(1, 48)).astype(np.float32)
    one, two, both = (
        turns(np.array([place], np.int32), layout) for place in (first, second, first + second)
    )
    np.testing.assert_allclose(
        rotate(rotate(key, one, layout), two, layout), rotate(key, both, layout), atol=1e-4
    )
    back = rotate(rotate(key, one, layout), one.conj(), layout)
    np.testing.assert_allclose(back, key, atol=1e-5)
    np.testing.assert_array_equal(back[:, 32:], key[:, 32:])


def test_scores_of_turned_keys_depend_on_distance_only() -> None:
    rng = np.random.default_rng(5)
    query, key = rng.normal(size=(2, 1, 32)).astype(np.float32)

    def score(at: int, of: int) -> float:
        q = rotate(query, turns(np.array([at], np.int32), SMALL), SMALL)
        k = rotate(key, turns(np.array([of], np.int32), SMALL), SMALL)
        return float((q @ k.T)[0, 0])

    assert score(900, 890) == pytest.approx(score(7_010, 7_000), abs=1e-3)


LLAMA = {
    "general.architecture": "llama",
    "llama.block_count": 30,
    "llama.attention.head_count": 9,
    "llama.attention.head_count_kv": 3,
    "llama.embedding_length": 576,
    "llama.rope.freq_base": 100_000.0,
}


def test_the_layout_is_read_from_the_header() -> None:
    found = layout_of(Header(LLAMA, (), 0), "smollm2")
    assert found == Layout(30, 9, 3, 64, 64, 100_000.0)
    assert found.group == 3
    assert found.frequencies[0] == 1.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"general.architecture": "gemma3"}, "architecture is gemma3"),
        ({"general.architecture": "mamba"}, "architecture is mamba"),
        ({"llama.attention.sliding_window": 512}, "sliding window"),
        ({"llama.rope.scaling.type": "yarn"}, "RoPE is scaled"),
        ({"llama.rope.scaling.factor": 4.0}, "RoPE is scaled"),
        ({"llama.attention.head_count_kv": [3, 1]}, "one number"),
        ({"llama.attention.value_length": 128}, "differ in width"),
    ],
)
def test_other_models_are_refused_by_name(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ModelError, match=f"the cache of mine cannot.*{reason}"):
        layout_of(Header({**LLAMA, **change}, (), 0), "mine")


def test_frequency_factors_are_refused() -> None:
    tensor = Tensor("rope_freqs.weight", (32,), 0, 0)
    with pytest.raises(ModelError, match="frequency factors"):
        layout_of(Header(LLAMA, (tensor,), 0), "mine")
