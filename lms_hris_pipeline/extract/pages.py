"""One entity's pages into its landing file: several requests at a time, one writer, from where it stopped.

Not here: which entities, full or changes, and whether the result can be believed (`run`).
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from lms_hris_pipeline.connectors.protocols import Json, Page, Part, Reader
from lms_hris_pipeline.connectors.tally import EntityTally
from lms_hris_pipeline.extract.landing import LandingFile

WATERMARK_FIELD = "last_update"
"""The field by which the learning system dates changes."""


class PageRun:
    """The landing of one entity in one mode.

    Args:
        since: asks for changes from then on; None for everything.
        fresh: forget what an earlier attempt left.

    `is_sound` turns false where the pages that landed do not fit together; then they are of no use any more.
    """

    def __init__(
        self, reader: Reader, landing_dir: Path, entity: str, *, since: str | None = None, fresh: bool = False
    ) -> None:
        self._reader = reader
        self.entity = entity
        self.plan: Sequence[Part] = reader.plan(entity, since)
        keys = "\n".join(sorted(f"{part.key} {part.request}" for part in self.plan))
        header: Json = {"since": since, "plan": hashlib.sha256(keys.encode()).hexdigest()}
        self.tally = EntityTally(reader.vendor, entity, reader.contract(entity))
        self.watermark: str | None = None
        self.is_sound = True
        self.file = LandingFile(landing_dir, reader.system, entity, header, fresh=fresh)
        self._known: set[str] = set()
        self._todo: deque[Part] = deque()
        self._queue(self.plan)
        done: set[str] = set()
        if self.file.is_resumed:
            for page in self.file.landed():
                done.add(page.part.key)
                self._note(page, self.tally.admit(page))
        self._todo = deque(part for part in self._todo if part.key not in done)
        self.resumed_pages = len(done)

    def fetch_all(self, threads: int) -> None:
        """Fetch what is missing; whole pages stay landed, whatever is raised.

        Raises:
            ContractBroken, Transient, QuotaExhausted, Refused: as the reader and the tally say.
        """
        with ThreadPoolExecutor(threads, thread_name_prefix=f"extract-{self.entity}") as pool:
            running: set[Future[Page]] = set()
            failure: BaseException | None = None
            while running or (self._todo and failure is None):
                while self._todo and len(running) < threads * 2 and failure is None:
                    running.add(pool.submit(self._reader.fetch, self._todo.popleft()))
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    error = future.exception()
                    if error is None and self.is_sound:
                        try:
                            self._land(future.result())
                        except Exception as broken:  # noqa: BLE001 - raised again below, once all threads are done
                            error, self.is_sound = broken, False
                    failure = failure or error
                if failure is not None:
                    running = {future for future in running if not future.cancel()}
            if failure is not None:
                raise failure

    def _land(self, page: Page) -> None:
        fresh = self.tally.admit(page)
        self.file.append(page, fresh)
        self._note(page, fresh)

    def _note(self, page: Page, records: list[Json]) -> None:
        self._queue(page.more)
        if not records or WATERMARK_FIELD not in records[0]:
            return
        changed = [mark for record in records if isinstance(mark := record.get(WATERMARK_FIELD), str)]
        if changed:
            self.watermark = max(self.watermark or "", *changed)

    def _queue(self, parts: Sequence[Part]) -> None:
        for part in parts:
            if part.key not in self._known:
                self._known.add(part.key)
                self._todo.append(part)
