"""Two records that HR has of one person and did not join: rehired under another number, employed after a contract.

Told by what the records have in common beside the name. Records that have ended, and contractors by their type, are
`people_fixed`'s; what follows for the account is decided in `people_decide`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.names import name_form
from lms_hris_pipeline.match.people_candidates import Candidates
from lms_hris_pipeline.match.people_facts import NOBODY, Facts, Standing
from lms_hris_pipeline.match.people_fixed import contingent, likely_accounts
from lms_hris_pipeline.match.people_given import UNKNOWN_DAY, Bools, Given, Ints

_LEAST_MAILBOX = 5
"""A mailbox of a shorter name says nothing at another domain."""


def find_twins(
    given: Given, found: Candidates, facts: Facts, standing: Standing, claimed: Bools, sure: Bools, held: Bools
) -> Ints:
    """By account that is `sure` to be linked, the place of a later record that may be the same person's; NOBODY without.

    Such a record is in scope, of the same name, no account's so far nor likely one's that is `held` back, began after the
    account's own, and is alike. An employee does not come back as a contractor.
    """
    twins = np.full(given.account_count, NOBODY, dtype=np.int64)
    if not len(found.account):
        return twins
    best = standing.best[found.account]
    is_free = facts.names_equal & facts.in_scope & ~claimed[found.person] & sure[found.account]
    is_free &= (facts.names_equal & facts.in_scope)[best] & (best != np.arange(len(best)))
    places = np.flatnonzero(is_free)
    began = given.worker_day("hire_date")
    later, earlier = found.worker[places], found.worker[best[places]]
    is_contingent = contingent(given)
    is_alike = (began[earlier] != UNKNOWN_DAY) & (began[later] > began[earlier])
    is_alike &= is_contingent[earlier] | ~is_contingent[later]
    is_alike[is_alike] = alike_records(given, later[is_alike], earlier[is_alike], facts.is_rare[places[is_alike]])
    likely = likely_accounts(found, facts, standing, held)
    # the likeliest of several stands first among an account's candidates
    for place in places[is_alike][::-1].tolist():
        if int(found.person[place]) not in likely:
            twins[found.account[place]] = place
    return twins


def alike_records(given: Given, one: Ints, other: Ints, is_rare: Bools) -> Bools:
    """By pair of worker records of one name: whether they have in common what two people of it hardly have.

    An address, or a manager or department; where the name is rare two of site, job and mailbox's name will do. But two
    mailboxes of one domain are two people's: mail systems number namesakes.
    """
    address, other_address = _told(given, "email", one), _told(given, "email", other)
    mailbox, domain = _parted(address)
    other_mailbox, other_domain = _parted(other_address)
    is_same = _agree(address, other_address)
    has_two = _agree(domain, other_domain) & ~is_same
    is_near = np.zeros(len(one), dtype=bool)
    for column in ("manager_email", "manager_number", "department"):
        is_near |= _agree(_told(given, column, one), _told(given, column, other))
    likes = np.zeros(len(one), dtype=np.int64)
    likes += _agree(mailbox, other_mailbox) & (pc.fill_null(pc.utf8_length(mailbox), 0).to_numpy() >= _LEAST_MAILBOX)
    for column in ("location", "job_title"):
        likes += _agree(_told(given, column, one), _told(given, column, other))
    found: Bools = is_same | (~has_two & (is_near | (is_rare & (likes >= 2))))
    return found


def join_rehires(workers: pa.Table) -> pa.Table:
    """Workers that somebody brings, of whom those are under one universal id who bear one name, one address, and numbers of
    one kind: rehired under a new number. Where the kind of number differs, a contractor was employed: people must say.

    `workers` is a whole table (`people_given.whole_table`); what has a universal id keeps it.
    """
    addresses = pc.utf8_lower(pc.utf8_trim_whitespace(workers["email"])).combine_chunks()
    codes = pc.fill_null(addresses.dictionary_encode().indices, -1).to_numpy()
    holders = np.bincount(codes[codes >= 0], minlength=1)
    several = np.flatnonzero((codes >= 0) & (holders[codes] > 1))
    rows = workers.select(["first_name", "last_name", "employee_number", "universal_id"]).take(pa.array(several))
    groups: dict[int, list[tuple[int, Mapping[str, str | None]]]] = defaultdict(list)
    for code, place, row in zip(codes[several].tolist(), several.tolist(), rows.to_pylist(), strict=True):
        groups[code].append((place, row))
    joined = {
        place: f"one name and address {code}"
        for code, group in groups.items()
        if _is_one_person([row for _, row in group])
        for place, _ in group
    }
    ids = pa.array([joined.get(place) for place in range(len(codes))] if joined else pa.nulls(len(codes)), pa.string())
    return workers.set_column(
        workers.column_names.index("universal_id"), "universal_id", pc.coalesce(workers["universal_id"], ids)
    )


def _is_one_person(rows: Sequence[Mapping[str, str | None]]) -> bool:
    """Whether the holders of one address have one name and one kind of number, and HR joins none of them by itself."""
    names = {(name_form(row["first_name"]).folded, name_form(row["last_name"]).folded) for row in rows}
    kinds = {"".join(sign for sign in row["employee_number"] or "" if sign.isalpha()).upper() for row in rows}
    is_joined = any(row["universal_id"] for row in rows)
    return len(names) == 1 and "" not in next(iter(names)) and len(kinds) == 1 and not is_joined


def _told(given: Given, column: str, workers: Ints) -> pa.Array:
    """What the records say, in small letters without blanks around; null where they say nothing."""
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(given.workers[column].combine_chunks().take(pa.array(workers))))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)


def _parted(addresses: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Mailbox and domain."""
    parts = pc.extract_regex(addresses, r"^(?P<mailbox>.*)@(?P<domain>[^@]+)$")
    return pc.struct_field(parts, "mailbox"), pc.struct_field(parts, "domain")


def _agree(mine: pa.Array, theirs: pa.Array) -> Bools:
    found: Bools = pc.fill_null(pc.equal(mine, theirs), False).to_numpy(zero_copy_only=False)
    return found
