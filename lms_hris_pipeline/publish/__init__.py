"""From approved to done: policy and breaker, outbox -> vendor -> read-back, rollback."""

from __future__ import annotations

from lms_hris_pipeline.publish.publisher import publish_approved
from lms_hris_pipeline.publish.rollback import propose_rollback
from lms_hris_pipeline.publish.run import publish_with
from lms_hris_pipeline.publish.summary import PublicationSummary

__all__ = ["PublicationSummary", "propose_rollback", "publish_approved", "publish_with"]
