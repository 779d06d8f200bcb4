"""`lms-hris`: the pipeline's use cases from a shell. What they do is decided in the rooms.

Commands import late, so that `lms-hris --help` answers at once.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from types import FrameType, TracebackType

DEBUG_VARIABLE = "LMS_HRIS_DEBUG"
INTERRUPTED = 130
_DISK = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk quota is used up",
    errno.EROFS: "The file system is read-only",
    errno.EACCES: "No right to write or read",
    errno.EPERM: "No right to write or read",
}


def main() -> None:
    """Run the command line; an error becomes a message on stderr and its own exit code.

    A traceback is shown only where LMS_HRIS_DEBUG=1.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    sys.excepthook = _report
    # a shell script's `&` leaves SIGINT ignored, for every child as well; SIGTERM must end children like Ctrl-C does
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    from typer.main import get_command

    from lms_hris_pipeline.cli.app import app
    from lms_hris_pipeline.model.errors import PipelineError

    try:
        get_command(app)(prog_name="lms-hris")
    except BrokenPipeError:
        # the reader of a pipe has seen enough: `lms-hris deltas list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except PipelineError as error:
        _end(f"{type(error).__name__}: {error}", error.exit_code)
    except OSError as error:
        _end(explain_os_error(error), 1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # typer turns Ctrl-C into this
            _end("Interrupted; nothing is half-written, and the next run picks up.", INTERRUPTED)
        raise


def explain_os_error(error: OSError) -> str:
    """What the operating system refused, to which file, and what to do."""
    place = f": {error.filename}" if error.filename else ""
    known = _DISK.get(error.errno or 0)
    if known is None:
        return f"{type(error).__name__}: {error.strerror or error}{place}\n  Mend that and run again."
    return (
        f"Permanent: {known}{place}\n"
        "  The last good batch stays current. Make room or set the rights, then run again: `lms-hris doctor` checks both."
    )


def _end(message: str, exit_code: int) -> None:
    if is_debugging():
        traceback.print_exc()
    from lms_hris_pipeline.cli.terminal import inert

    print(inert(message), file=sys.stderr)  # noqa: T201 - the command line's own output
    sys.exit(exit_code)


def is_debugging() -> bool:
    """Whether tracebacks are wanted."""
    return os.environ.get(DEBUG_VARIABLE, "") not in {"", "0"}


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw: one message; Python's own exit code for it is 1."""
    if is_debugging():
        traceback.print_exception(kind, error, trace)
        return
    from lms_hris_pipeline.cli.failures import trouble_with_the_disk
    from lms_hris_pipeline.cli.terminal import inert

    if trouble := trouble_with_the_disk(str(error)):
        print(inert(f"Permanent: {trouble}\n  The last good batch stays current."), file=sys.stderr)  # noqa: T201
        return
    text = inert(f"{kind.__name__}: {error}")
    print(  # noqa: T201 - the command line's own output
        f"Unforeseen {text}\n  This is a fault of the pipeline; {DEBUG_VARIABLE}=1 shows where. "
        "The last good batch stays current.",
        file=sys.stderr,
    )


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
