"""Ctrl-C and SIGTERM: they stop a run at the next document, and never strike amidst an import.

Python raises KeyboardInterrupt wherever the main thread happens to be. Where that is the machinery
of imports, its lock can stay held by nobody: the interrupt is lost, and every later import waits
for good.
"""

from __future__ import annotations

__all__ = ["spare_imports", "stoppable"]

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import FrameType
from typing import Final, TypeVar

from tui.exit_codes import ExitCode

T = TypeVar("T")
MACHINERY: Final = "<frozen importlib._bootstrap>"
SOON: Final = 0.01
"""Seconds after which an interrupt that came amidst an import is raised again."""
LOOK: Final = 0.5
"""Seconds between two looks whether work is done; some systems take signals only between them."""
SAID: Final = "stopping at the next document; interrupt again to stop at once"
SHOW_CURSOR: Final = b"\x1b[?25h\n"
"""Bars hide it."""


def spare_imports() -> None:
    """Have Ctrl-C raise KeyboardInterrupt as ever, but not in the machinery of imports."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if frame is None or frame.f_code.co_filename != MACHINERY:
        raise KeyboardInterrupt
    again = threading.Timer(SOON, signal.raise_signal, (number,))
    again.daemon = True
    again.start()


def stoppable(work: Callable[[Callable[[], bool]], T]) -> T:
    """What `work` gives, which is handed a function that tells whether it is asked to stop.

    Ctrl-C or SIGTERM asks; a second one ends the process, as a kill does. The work is done in a
    thread, and the main thread, which takes the signals, only waits.

    Raises:
        BaseException: what `work` raised.
    """
    if threading.current_thread() is not threading.main_thread():
        return work(lambda: False)
    asked = threading.Event()
    done: Future[T] = Future()

    def interrupted(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            if os.isatty(2):
                os.write(2, SHOW_CURSOR)
            os._exit(ExitCode.CANCELLED)
        asked.set()
        print(SAID, file=sys.stderr, flush=True)  # above the bars, where there are any

    def run() -> None:
        try:
            done.set_result(work(asked.is_set))
        except BaseException as error:
            done.set_exception(error)

    # A daemon, so that whatever ends the main thread ends the process.
    thread = threading.Thread(target=run, name="command", daemon=True)
    before = {n: signal.signal(n, interrupted) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        thread.start()
        while thread.is_alive():
            thread.join(LOOK)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return done.result()
