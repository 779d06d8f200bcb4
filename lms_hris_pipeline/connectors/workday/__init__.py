"""Workday: custom reports and REST to read, REST and SOAP to write."""

from lms_hris_pipeline.connectors.workday.client import open_workday
from lms_hris_pipeline.connectors.workday.reader import WorkdayReader
from lms_hris_pipeline.connectors.workday.writer import WorkdayWriter

__all__ = ["WorkdayReader", "WorkdayWriter", "open_workday"]
