"""Ctrl-C and SIGTERM while a command works."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from tui.exit_codes import ExitCode
from tui.interrupts import MACHINERY, spare_imports, stoppable

LONG = 60
"""Seconds that only a fault takes."""
ENDLESS = """
import threading
from tui.interrupts import stoppable

def work(asked):
    print("go", flush=True)
    threading.Event().wait()

stoppable(work)
"""


@pytest.fixture
def handlers() -> Iterator[None]:
    """The handlers of a program that has just begun; those of the tests come back."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_an_interrupt_amidst_an_import_comes_after_it() -> None:
    spare_imports()
    reached: list[str] = []
    within = compile("signal.raise_signal(signal.SIGINT)\nreached.append('end')", MACHINERY, "exec")

    def interrupted() -> None:
        exec(within, {"signal": signal, "reached": reached})
        threading.Event().wait(LONG)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert reached == ["end"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("handlers")
def test_who_ignores_interrupts_goes_on_doing_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    spare_imports()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_the_work_to_stop(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(number)

    def work(asked: Callable[[], bool]) -> str:
        assert threading.current_thread() is not threading.main_thread()
        assert not asked()
        signal.raise_signal(number)
        for _ in range(LONG * 100):
            if asked():
                return "stopped"
            threading.Event().wait(0.01)
        return "never asked"

    assert stoppable(work) == "stopped"
    assert "next document" in capsys.readouterr().err
    assert signal.getsignal(number) is before


def test_what_the_work_raises_is_raised() -> None:
    def work(asked: Callable[[], bool]) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        stoppable(work)


def test_a_second_signal_ends_the_process() -> None:
    command = [sys.executable, "-c", ENDLESS]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "go\n"
        process.send_signal(signal.SIGTERM)
        assert "again" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG) == ExitCode.CANCELLED
