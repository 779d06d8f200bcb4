"""Writes to Workday: skills of workers (REST) and completions (SOAP), and reads them back.

Neither write is idempotent at the vendor: nothing is sent twice without a read between.
"""

from __future__ import annotations

from collections.abc import Sequence

from lms_hris_pipeline.connectors.protocols import Json, LearningRecord, RowOutcome
from lms_hris_pipeline.connectors.workday.client import REST_LIMIT, VENDOR, WorkdayTenant
from lms_hris_pipeline.connectors.workday.contracts import REPORTS
from lms_hris_pipeline.connectors.workday.reader import read_fingerprint
from lms_hris_pipeline.connectors.workday.soap import put_learning_envelope, read_answer
from lms_hris_pipeline.model.errors import ContractBroken, Refused

WORKERS_A_READ = 50
"""Worker ids in one report URL: 50 of them make about 2 KB."""

SKILL_REFERENCE = "Skill_ID"
"""Type of a skill's reference id: the specification wants a WID or `<type>=<id>` [V]; the type's name is [M]."""


class WorkdayWriter:
    """Writes to the HR system. Thread-safe; one worker at a time is the caller's to see to."""

    def __init__(self, tenant: WorkdayTenant) -> None:
        self._tenant = tenant

    def fingerprint(self) -> str:
        """Which tenant answers."""
        return read_fingerprint(self._tenant)

    def read_skill_ids(self, worker_id_hris: str) -> list[str]:
        """The framework skills a worker has, sorted; free text left out."""
        path = f"{self._tenant.staffing}/workers/{worker_id_hris}/skillItems"
        found: list[str] = []
        read = 0
        while True:
            params = (("limit", str(REST_LIMIT)), ("offset", str(read)))
            rows, total = self._tenant.read_rest("workers/skillItems", path, params, about="a worker's skills")
            found.extend(str(row["skillItem"]["id"]).rpartition("=")[2] for row in rows if row.get("skillItem"))
            read += len(rows)
            if read >= total:
                return sorted(set(found))
            if not rows:
                raise ContractBroken(f"{VENDOR}: a worker's skills end at {read} of {total}")

    def add_skill(self, worker_id_hris: str, skill_id: str, skill_name: str) -> RowOutcome:
        """Add a skill unless the worker has it; `target_id` is empty where it was there already.

        Raises:
            InDoubt: sent, and nobody knows; call again later, since it reads first.
        """
        if skill_id in self.read_skill_ids(worker_id_hris):
            return RowOutcome(0, is_done=True, message="held already")
        item = {
            "skillName": skill_name,
            "skillItem": {"id": f"{SKILL_REFERENCE}={skill_id}"},
            "remoteID": f"lms-hris:{skill_id}",
        }
        path = f"{self._tenant.staffing}/workers/{worker_id_hris}/skillItems"
        try:
            answer = self._tenant.client.send(
                "POST",
                "workers/skillItems",
                path,
                {"skillItems": [item]},
                about="a worker's skill",
                is_idempotent=False,
            )
        except Refused as refused:
            return RowOutcome(0, is_done=False, message=str(refused).splitlines()[0])
        added = answer.get("skillItems") or [] if isinstance(answer, dict) else []
        return RowOutcome(0, is_done=True, target_id=str(added[0].get("id", "")) if added else "")

    def put_learning_enrollment(self, record: LearningRecord) -> RowOutcome:
        """Write one completion, or rescind it. The caller reads the worker's records first.

        Raises:
            InDoubt: sent, and nobody knows.
        """
        try:
            document = put_learning_envelope(record, self._tenant.soap_user, self._tenant.soap_password)
        except ValueError:
            return RowOutcome(0, is_done=False, message="a value holds characters that XML cannot carry")
        try:
            status, body = self._tenant.client.post_xml(
                "Put_Learning_Enrollment", self._tenant.learning, document, about="a learning record"
            )
            return RowOutcome(0, is_done=True, target_id=read_answer(status, body))
        except Refused as refused:
            return RowOutcome(0, is_done=False, message=str(refused).splitlines()[0])

    def read_learning_records(self, worker_ids_hris: Sequence[str]) -> list[Json]:
        """The learning records of these workers, rescinded ones included, as the report has them."""
        rows: list[Json] = []
        for start in range(0, len(worker_ids_hris), WORKERS_A_READ):
            chosen = worker_ids_hris[start : start + WORKERS_A_READ]
            prompts = tuple(("Worker", worker) for worker in chosen)
            rows += self._tenant.read_report(REPORTS["learning_records"], prompts, about="learning records of workers")
        return rows
