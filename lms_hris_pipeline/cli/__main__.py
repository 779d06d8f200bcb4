"""`python -m lms_hris_pipeline.cli`: the same as `lms-hris`."""

from __future__ import annotations

import sys

from lms_hris_pipeline.cli import main

sys.argv[0] = "lms-hris"
main()
