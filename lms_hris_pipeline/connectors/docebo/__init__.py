"""Docebo: platform-wide lists to read, batches to write, lists again to verify."""

from lms_hris_pipeline.connectors.docebo.client import open_docebo
from lms_hris_pipeline.connectors.docebo.reader import DoceboReader
from lms_hris_pipeline.connectors.docebo.writer import DoceboWriter

__all__ = ["DoceboReader", "DoceboWriter", "open_docebo"]
