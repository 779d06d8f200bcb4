"""`lms-hris`: the pipeline's use cases from a shell. What they do is decided in the rooms.

Commands import late, so that `lms-hris --help` answers at once.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; a deliberate error becomes a message on stderr and its own exit code."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from lms_hris_pipeline.cli.app import app
    from lms_hris_pipeline.model.errors import PipelineError

    try:
        app()
    except PipelineError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - the command line's own output
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("Interrupted; nothing is half-written, and the next run picks up.", file=sys.stderr)  # noqa: T201
        sys.exit(130)
