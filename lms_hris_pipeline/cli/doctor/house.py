"""Checks of what lies on this machine: settings, secrets, data folder, disk, model, ledger, last batch."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.doctor.finding import Finding, failed, failed_by, info, ok, warning
from lms_hris_pipeline.cli.roles import is_review_due, review_in_words
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.match.skill_model import shipped_model
from lms_hris_pipeline.model.errors import PipelineError
from lms_hris_pipeline.settings import Secrets, Settings
from lms_hris_pipeline.tables.reconcile import FAMILIES
from lms_hris_pipeline.warehouse import BatchShelf

FRESH = timedelta(hours=36)
"""A nightly batch is older than this only where a night was missed."""

BUILD_FACTOR = 3
"""While a batch is built it lies beside what it spills and the landing files it is built from."""

LEAST_BYTES = 2 * 1024**3
"""Room for a first night of a middling firm."""


def check_settings(settings: Settings) -> Iterator[Finding]:
    """What loads and still cannot be meant."""
    faults = []
    if settings.profile == "firm":
        for section, url in (("hris", settings.hris.base_url), ("lms", settings.lms.base_url)):
            if not url:
                faults.append(f"{section}.base_url is empty")
        if not settings.hris.tenant:
            faults.append("hris.tenant is empty")
    if settings.matching.review_at >= settings.matching.link_at:
        faults.append("matching.review_at is not below matching.link_at: nothing would come to a person")
    accept_at = shipped_model("skills").threshold(settings.skills.precision)
    if settings.skills.review_at >= accept_at:
        faults.append(f"skills.review_at is not below {accept_at}, from where skills.precision accepts: no tag would come to a person")  # fmt: skip
    names: dict[str, list[str]] = {}
    for name, column in settings.hris.fields.model_dump().items():
        names.setdefault(column, []).append(name)
    faults += [f"hris.fields: {column} is mapped as {' and as '.join(n)}" for column, n in names.items() if len(n) > 1]
    if faults:
        yield failed("settings", "\n".join(faults), "Correct them in the settings file; docs/settings.md lists all.")
    else:
        yield ok("settings", f"profile {settings.profile}, {settings.firm.name}, {settings.firm.time_zone}")
    phases: dict[str, list[str]] = {}
    for family in FAMILIES:
        phases.setdefault(settings.policy.phase_of(family), []).append(family)
    yield info("policy", "; ".join(f"{phase}: {', '.join(names)}" for phase, names in sorted(phases.items())))
    if bool(settings.alerts.smtp_host) != bool(settings.alerts.recipients):
        yield warning(
            "alerts",
            "a mail server without recipients, or recipients without one",
            "Set both, or neither, in [alerts].",
        )


def check_secrets(secrets: Secrets) -> Iterator[Finding]:
    """Secrets that vendors need."""
    if missing := secrets.missing():
        yield failed("secrets", "not set: " + ", ".join(missing), "Export these environment variables.")
    else:
        yield ok("secrets", "all are set")


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    """Whether a night could be written, and the batches that are to be kept."""
    folder = settings.firm.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"x")
    yield ok("data folder", f"{folder.resolve()} can be written")
    shelf = BatchShelf(folder)
    last, free = shelf.current(), shutil.disk_usage(folder).free
    if last is None or not shelf.is_sealed(last):
        if free < LEAST_BYTES:
            yield warning("disk", f"{_size(free)} are free, and there is no batch to judge by", "Make room.")
        else:
            yield ok("disk", f"{_size(free)} are free; there is no batch yet to judge by")
        return
    batch = _bytes_in(shelf.folder(last)) + _bytes_in(folder / "landing" / last)
    to_come = max(0, settings.retention.batches - len(shelf.sealed())) * batch
    text = (
        f"{_size(free)} are free; the last batch with its landing took {_size(batch)}, "
        f"{settings.retention.batches} batches are kept: up to {_size(to_come)} more"
    )
    mend = "Make room, or keep less: retention.batches, retention.landing_days."
    if free < BUILD_FACTOR * batch:
        yield failed("disk", text, mend)
    elif free < to_come + BUILD_FACTOR * batch:
        yield warning("disk", text, mend)
    else:
        yield ok("disk", text)


def check_model(settings: Settings) -> Iterator[Finding]:
    """Whether the embedding model lies where it is sought, and is the one the confidence was fitted on."""
    from lms_hris_pipeline.match.embedding import DEFAULT_SHA256, find_model

    model = find_model(settings.skills.model_path, "skills")
    with (model.folder / "model.safetensors").open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    text = f"{model.folder}, sha256 {found[:12]}…"
    if model.is_default and found != DEFAULT_SHA256:
        yield failed("model", f"{text}, expected {DEFAULT_SHA256[:12]}…", "Set the environment up anew.")
    else:
        yield ok("model", text)


def check_ledger(settings: Settings) -> Iterator[Finding]:
    """Whether the ledger can be reached, and whether anybody changed its audit trail."""
    kind, _, place = settings.ledger_url.partition(":///")
    if kind == "sqlite" and not Path(place).exists():
        yield ok("ledger", f"{place} will be made by the first night")
        return
    ledger = open_ledger(settings.ledger_url)
    try:
        counts = ledger.count_deltas()
        waiting = sum(count for (_, state), count in counts.items() if state == "proposed")
        shown = place if kind == "sqlite" else settings.ledger_url.rpartition("@")[2]
        yield ok("ledger", f"{shown} answers; {sum(counts.values()):,} deltas, {waiting:,} wait for a person")
        try:
            yield ok("audit trail", f"{ledger.verify_audit():,} events, none changed or missing")
        except PipelineError as error:
            yield failed_by("audit trail", error)
    finally:
        ledger.close()


def check_role_review(settings: Settings) -> Iterator[Finding]:
    """Whether a person went through all role mappings within the time the settings allow."""
    if BatchShelf(settings.firm.data_dir).current() is None:
        yield info("role review", "there is no batch yet, and so no mapping to review")
        return
    ledger = open_ledger(settings.ledger_url)
    try:
        last, now = ledger.last_whole_role_review(), clock_of(settings)()
        decided = ledger.snapshot(now, settings.publishing.settle_hours).role_decisions
    finally:
        ledger.close()
    approved = {str(row[3]) for row in decided if row[4] == "approved"}
    if privileged := sorted(filter(settings.scope.is_privileged, approved)):
        yield failed(
            "role review",
            f"approved, and privileged by scope.privileged_groups by now: {', '.join(privileged)}; these are not given",
            "Reject them in the next review; mend the pattern if the groups bestow no rights.",
        )
    text = review_in_words(settings, last, now)
    if is_review_due(settings, last, now):
        yield warning("role review", text, "Export it, fill it in, import it: docs/role-mapping.md.")
    else:
        yield ok("role review", text)


def check_last_batch(settings: Settings) -> Iterator[Finding]:
    """The last sealed batch and its age; what was begun and not sealed."""
    shelf = BatchShelf(settings.firm.data_dir)
    current = shelf.current()
    if current is None:
        yield info("last batch", "none yet: the first night makes it")
        return
    if not shelf.is_sealed(current):
        yield failed(
            "last batch",
            f"{shelf.data_dir / 'CURRENT'} names {current}, which is not there",
            "Run a night, or restore the batch's folder from a backup.",
        )
        return
    facts = json.loads((shelf.folder(current) / "batch.json").read_text(encoding="utf-8"))
    as_of = datetime.fromisoformat(str(facts["as_of"]))
    age = clock_of(settings)() - as_of
    text = f"{current}, as of {as_of.astimezone(settings.firm.zone):%Y-%m-%d %H:%M %Z}, {_age(age)} old"
    if age > FRESH:
        yield warning("last batch", text, "Run `lms-hris nightly`, and look why no night ended since: `lms-hris dev`.")
    else:
        yield ok("last batch", text)
    if not shelf.is_of_this_version(current):
        yield info("last batch", "built by another version of the pipeline; the next night makes one of this version")
    begun = sorted(
        folder.name
        for folder in shelf.batches_dir.glob("*")
        if folder.name > current and not shelf.is_sealed(folder.name)
    )
    if begun:
        yield info("unsealed", f"begun and not sealed: {', '.join(begun)}; the next night of that day goes on with it")


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GB" if count >= 1024**3 else f"{count / 1024**2:.0f} MB"


def _age(age: timedelta) -> str:
    hours = max(0, int(age.total_seconds() // 3600))
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
