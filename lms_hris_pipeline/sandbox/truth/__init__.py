"""What is true about the made-up company. The pipeline never reads it; only tests hold the pipeline against it."""

from lms_hris_pipeline.sandbox.truth.oracle import judge, refresh
from lms_hris_pipeline.sandbox.truth.rules import Rules

__all__ = ["Rules", "judge", "refresh"]
