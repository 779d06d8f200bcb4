"""What is true about the made-up company. The pipeline never reads it; only tests hold the pipeline against it."""

from lms_hris_pipeline.sandbox.truth.oracle import learn, refresh
from lms_hris_pipeline.sandbox.truth.publication import publish_expected
from lms_hris_pipeline.sandbox.truth.rules import Rules
from lms_hris_pipeline.sandbox.truth.state import State, differences, expected_state, read_state

__all__ = [
    "Rules",
    "State",
    "differences",
    "expected_state",
    "learn",
    "publish_expected",
    "read_state",
    "refresh",
]
