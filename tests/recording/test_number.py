"""Recorded numbers: they give what floats give, the tape gives it for other numbers, and a question that would be
answered otherwise is noticed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from magnet_models.arithmetic import greatest, least, total
from magnet_sourcing.recording.number import Recorded, leaf, plain
from magnet_sourcing.recording.replay import Flipped, Replay
from magnet_sourcing.recording.tape import Tape

values = st.floats(-50, 50).map(lambda x: round(x, 3))
STEPS = ("+", "-", "*", "/", "**", "neg", "abs", "least", "greatest", "total", "if")


@st.composite
def programs(draw: st.DrawFn) -> list[tuple[str, int, int, float]]:
    """Steps of a little program: an operation on two earlier results, or on one and a constant."""
    count = draw(st.integers(3, 14))
    return [
        (draw(st.sampled_from(STEPS)), draw(st.integers(0, i + 2)), draw(st.integers(-1, i + 2)), draw(values))
        for i in range(count)
    ]


def run(program: list[tuple[str, int, int, float]], inputs: list[Any]) -> list[Any]:
    held = list(inputs)
    for operation, i, j, constant in program:
        a, b = held[i], constant if j < 0 else held[j]
        if operation == "+":
            held.append(a + b)
        elif operation == "-":
            held.append(b - a)
        elif operation == "*":
            held.append(a * b)
        elif operation == "/":
            held.append(a / b if b else a)
        elif operation == "**":
            held.append((1.0 + abs(a)) ** least(3, b))
        elif operation == "neg":
            held.append(-a)
        elif operation == "abs":
            held.append(abs(a))
        elif operation == "least":
            held.append(least(a, b))
        elif operation == "greatest":
            held.append(greatest(a, b))
        elif operation == "total":
            held.append(total([a, b, 0.1, a]))
        else:
            held.append(a if a > b else 2 * b)
    return held


@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs(), st.tuples(values, values, values), st.lists(st.tuples(values, values, values), min_size=1, max_size=4))
def test_the_tape_gives_what_the_program_gives(
    program: list[tuple[str, int, int, float]],
    recorded_at: tuple[float, ...],
    others: list[tuple[float, ...]],
) -> None:
    """Bit for bit, or a guard says that the program asks something that it answers otherwise."""
    tape = Tape()
    leaves = [leaf(tape, x) for x in recorded_at]
    try:
        results = run(program, leaves)
    except (OverflowError, ZeroDivisionError):
        return
    assert [plain(x) for x in results] == pytest.approx(run(program, list(recorded_at)), rel=0, abs=0, nan_ok=True)
    wanted = [x for x in results if type(x) is Recorded]
    replay = Replay(tape, [x.node for x in wanted])
    places = [i for i, x in enumerate(results) if type(x) is Recorded]
    for other in others:
        try:
            found = replay.values({x.node: y for x, y in zip(leaves, other, strict=True)})
        except (Flipped, ArithmeticError):
            continue
        expected = run(program, list(other))
        np.testing.assert_array_equal(found, [expected[i] for i in places])


def test_numbers_left_alone_come_back() -> None:
    tape = Tape()
    x = leaf(tape, 3.0)
    y = (x * 2 + 1) / (x - 1)
    replay = Replay(tape, [y.node])
    assert replay.values({}).tolist() == [3.5]
    assert replay.values({x.node: 5.0}).tolist() == [(5.0 * 2 + 1) / 4.0]


@pytest.mark.parametrize(
    "ask, flips_at",
    [
        (lambda x: x > 0, 0.0),
        (lambda x: x <= 4, 4.5),
        (lambda x: x == 3, 3.0 + 1e-12),
        (lambda x: x != 7, 7.0),
        (bool, 0.0),
        (lambda x: 1 / x, 0.0),
        (int, 3.5),
        (float, 3.5),
        (round, 3.5),
        (math.floor, 3.5),
        (hash, 3.5),
        (str, 3.5),
        (lambda x: f"{x:g}", 3.5),
        (lambda x: {3.0: "three"}[x], 3.5),
        (lambda x: x % 2, 3.5),
        (lambda x: x // 2, 3.5),
        (lambda x: sorted([x, 5.0]), 6.0),
        (lambda x: max(x, 5.0), 6.0),
    ],
)
def test_every_question_is_a_guard(ask: Any, flips_at: float) -> None:
    """Whatever is asked of a number that the value flips_at would answer otherwise, or lose."""
    tape = Tape()
    x = leaf(tape, 3.0)
    ask(x)
    replay = Replay(tape, [x.node])
    assert replay.values({x.node: 3.0}).tolist() == [3.0]
    with pytest.raises(Flipped):
        replay.values({x.node: flips_at})


def test_a_power_without_a_value_is_an_error_not_a_number() -> None:
    tape = Tape()
    x = leaf(tape, 3.0)
    replay = Replay(tape, [(x**0.5).node])
    with pytest.raises(ArithmeticError):
        replay.values({x.node: -1.0})


def test_sums_are_the_same_on_every_version_of_python() -> None:
    """From Python 3.12 on `sum` would give 1.0 for these ten; adding them one by one does not."""
    added = 0.0
    for x in [0.1] * 10:
        added += x
    assert total([0.1] * 10) == added != 1.0
