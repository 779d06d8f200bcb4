"""The errors the pipeline raises on purpose. What they look like to a user is decided in `cli`.

Every message says what happened, to what, and what to do. Nothing here catches or logs.
"""

from __future__ import annotations


class PipelineError(Exception):
    """Base of every deliberate error; `exit_code` is what the shell sees."""

    exit_code = 1


class BadInput(PipelineError):
    """A file, option or setting that cannot be used as given."""

    exit_code = 2


class Transient(PipelineError):
    """May go away by itself: the vendor is busy, the network broke, a lock is held."""

    exit_code = 75


class InDoubt(Transient):
    """A write was sent and its answer never came: read the target before anything is sent again."""


class QuotaExhausted(Transient):
    """The vendor's call quota, or this run's share of it, is used up; resume later."""


class Busy(Transient):
    """Another run holds the lock."""


class Permanent(PipelineError):
    """Will fail again until somebody changes something."""


class Refused(Permanent):
    """The vendor understood the request and said no."""


class ContractBroken(Permanent):
    """A vendor's answer, or a table, is not what its contract says."""


class ExtractBlocked(Permanent):
    """An extract arrived, but is too small or too odd to be believed."""


class WrongTenant(Permanent):
    """The system that answers is not the tenant the settings name."""


class StaleBase(Permanent):
    """What an approval relied on has changed since; the delta must be proposed anew."""


class BreakerTripped(Permanent):
    """A destructive or bulk change is larger than the firm allows without a person."""


class SealedBatch(Permanent):
    """A sealed batch is never written, replaced or executed again."""


class ChecksFailed(Permanent):
    """A blocking data check failed; the batch was not sealed."""
