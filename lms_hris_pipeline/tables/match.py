"""What each matching table holds: the ledger's snapshot, who is who, what each skill tag means. No SQL, no logic."""

from __future__ import annotations

from lms_hris_pipeline.tables.canonical import LEARNER_ID, WORKER_ID, optional
from lms_hris_pipeline.tables.contract import Column, Pii, Table

RECORDED_LINKS = Table(
    "match", "recorded_links", "Live links of the ledger when the batch began.", "one link of one account",
    ("learner_id_lms",), "team:integration", "people",
    (
        Column("link_id", "VARCHAR", "The ledger's id of the link."),
        LEARNER_ID,
        WORKER_ID,
        Column("role", "VARCHAR", "First account of the person, or a second one.", values=("primary", "duplicate")),
        Column("origin", "VARCHAR", "Where the link comes from.", values=("matcher", "crosswalk", "person", "publication")),
        Column("recorded_at", "TIMESTAMP", "When it was recorded.", unit="UTC"),
    ),
)
PAIR_DECISIONS = Table(
    "match", "pair_decisions", "People's decisions on pairs when the batch began.", "one decided pair",
    ("learner_id_lms", "worker_id_hris"), "team:integration", "people",
    (
        LEARNER_ID,
        WORKER_ID,
        Column("verdict", "VARCHAR", "Same person or not.", values=("same", "different")),
        Column("decided_by", "VARCHAR", "Who decided.", pii=Pii.PERSONAL),
        Column("decided_at", "TIMESTAMP", "When.", unit="UTC"),
    ),
)
TAG_DECISIONS = Table(
    "match", "tag_decisions", "People's decisions on skill tags when the batch began.", "one decided tag", ("tag",),
    "team:integration", "skills",
    (
        Column("tag", "VARCHAR", "The word."),
        Column("skill_id", "VARCHAR", "What it means; null where it means no skill of the framework.", null=True),
        Column("decided_by", "VARCHAR", "Who decided.", pii=Pii.PERSONAL),
        Column("decided_at", "TIMESTAMP", "When.", unit="UTC"),
    ),
)
TAG_REFUSALS = Table(
    "match", "tag_refusals", "Skills that, by people's word, tags do not mean, when the batch began.", "one tag and one skill",
    ("tag", "skill_id"), "team:integration", "skills",
    (
        Column("tag", "VARCHAR", "The word."),
        Column("skill_id", "VARCHAR", "What it does not mean."),
        Column("decided_by", "VARCHAR", "Who decided.", pii=Pii.PERSONAL),
        Column("decided_at", "TIMESTAMP", "When.", unit="UTC"),
    ),
)
_SOURCES = ("job_family", "job_profile", "department", "location")
ROLE_DECISIONS = Table(
    "match", "role_decisions", "The last word of a person on each role mapping when the batch began.",
    "one decided mapping", ("source", "value", "group_id_lms"), "team:learning", "org",
    (
        Column("source", "VARCHAR", "What the mapping goes by.", values=_SOURCES),
        Column("value", "VARCHAR", "Its value: the job family's name, or the HR system's code."),
        Column("group_id_lms", "VARCHAR", "The learning system's id of the group."),
        Column("group_name", "VARCHAR", "Its name when it was decided."),
        Column("verdict", "VARCHAR", "What was decided.", values=("approved", "rejected")),
        Column("people", "INTEGER", "Accounts with the value when it was decided; null where not counted.", null=True),
        Column("members", "INTEGER", "Those of them in the group then; null where not counted.", null=True),
        Column("decided_by", "VARCHAR", "Who decided.", pii=Pii.PERSONAL),
        Column("decided_at", "TIMESTAMP", "When.", unit="UTC"),
    ),
)
PENDING_CHANGES = Table(
    "match", "pending_changes", "Changes sent to a vendor, not seen there yet, within their settle window.",
    "one pending change", ("delta_id",), "team:integration", "sync",
    (
        Column("delta_id", "VARCHAR", "The ledger's id of the delta."),
        Column("entity", "VARCHAR", "What is changed."),
        Column("operation", "VARCHAR", "How."),
        Column("target_key", "VARCHAR", "Whom it concerns.", pii=Pii.PSEUDONYM),
        Column("sent_at", "TIMESTAMP", "When it was sent.", unit="UTC"),
    ),
)
PEOPLE = Table(
    "match", "people", "Who is who: each employee account's most likely worker.", "one account of kind employee",
    ("learner_id_lms",), "team:integration", "people",
    (
        LEARNER_ID,
        optional(WORKER_ID),
        Column("decision", "VARCHAR", "What follows from the evidence.", values=("link", "review", "duplicate", "no_match")),
        Column("method", "VARCHAR", "What decided.", values=("recorded", "decision", "key", "score", "none")),
        Column("score", "DECIMAL(7,6)", "Probability that both are one person.", null=True, unit="0 to 1"),
        Column("reason", "VARCHAR", "In words: why this decision, and why not a better one; may name a worker record.", pii=Pii.PSEUDONYM),
        Column("primary_learner_id_lms", "VARCHAR", "For a duplicate: the person's first account.", null=True, pii=Pii.PSEUDONYM),
        Column("runner_up_worker_id_hris", "VARCHAR", "Next best worker.", null=True, pii=Pii.PSEUDONYM),
        Column("runner_up_score", "DECIMAL(7,6)", "Its probability.", null=True, unit="0 to 1"),
        Column("evidence", "JSON", "Per field: level and weight.", pii=Pii.SENSITIVE),
    ),
)
SKILLS = Table(
    "match", "skills", "What each skill tag means.", "one distinct tag", ("tag",), "team:learning", "skills",
    (
        Column("tag", "VARCHAR", "The word."),
        Column("skill_id", "VARCHAR", "Best skill of the framework; null where nothing comes near.", null=True),
        Column("decision", "VARCHAR", "What follows from the confidence.", values=("accept", "review", "no_match")),
        Column("method", "VARCHAR", "What decided.", values=("decision", "exact", "alias", "normalised", "model", "none")),
        Column("confidence", "DECIMAL(7,6)", "Probability that the best skill is right.", unit="0 to 1"),
        Column("held_back", "VARCHAR", "In words: why a person is to confirm it however sure the model is; null where nothing stands in the way.", null=True),
        Column("matched_alias", "VARCHAR", "Label or alias that came nearest.", null=True),
        Column("candidates", "JSON", "Up to five candidates with their scores."),
        Column("model", "VARCHAR", "Version of the model that scored; null for dictionary hits.", null=True),
    ),
)
TAG_DRIFT = Table(
    "match", "tag_drift", "How many skill tags nothing and nobody places, and how many the nights before led to expect.",
    "one source and one decision", ("source", "decision"), "team:learning", "skills",
    (
        Column("source", "VARCHAR", "Whose tags.", values=("all", "hris", "lms")),
        Column("decision", "VARCHAR", "What the tags have in common; people's own decisions are left aside.", values=("no_match", "review")),
        Column("tag_count", "INTEGER", "Distinct tags.", unit="tags"),
        Column("found_count", "INTEGER", "Those of them with the decision.", unit="tags"),
        Column("expected_share", "DECIMAL(7,6)", "Share to be expected; null where no night before and no model tells.", null=True, unit="0 to 1"),
        Column("night_count", "INTEGER", "Nights on which the expectation rests; 0 where it is the model's.", unit="nights"),
        Column("has_drifted", "BOOLEAN", "Whether there are clearly more than expected."),
    ),
)
ROLES = Table(
    "match", "roles", "Which groups follow from job, department and place: by rule, by decision, or proposed.",
    "one value of a source and one group", ("mapping_id",), "team:learning", "org",
    (
        Column("mapping_id", "VARCHAR", "Stands for source, value and group; the same every night."),
        Column("source", "VARCHAR", "What the mapping goes by.", values=_SOURCES),
        Column("value", "VARCHAR", "Its value: the job family's name, or the HR system's code."),
        Column("value_name", "VARCHAR", "Name of the value; null where HR has none.", null=True, pii=Pii.PERSONAL),
        Column("group_id_lms", "VARCHAR", "The group; null where a rule names one that is not there.", null=True),
        Column("group_name", "VARCHAR", "Name of the group."),
        Column("state", "VARCHAR", "Only what is in_force gives or takes groups; void: named, and not to be had.",
            values=("in_force", "proposed", "rejected", "void", "automatic")),
        Column("origin", "VARCHAR", "Who says so: the settings, a person, or the memberships that are there.",
            values=("settings", "person", "memberships")),
        Column("people", "INTEGER", "Accounts of people in scope who have the value; null where not all were read.", null=True, unit="accounts"),
        Column("members", "INTEGER", "Those of them in the group; null where not all were read.", null=True, unit="accounts"),
        Column("removals", "INTEGER", "Accounts in the group, of people in scope, for whom neither this mapping nor those in force speak.", null=True, unit="accounts"),
        Column("lift", "DECIMAL(9,2)", "Share of members among them, divided by that among everyone; null where nobody is a member.", null=True, unit="times"),
        Column("confidence", "DECIMAL(7,6)", "Lower bound of the share of members among those whom no mapping before it accounts for.", null=True, unit="0 to 1"),
        Column("driven_by", "VARCHAR", "For an automatic group: the account field that fills it, where known.", null=True),
        Column("reason", "VARCHAR", "In words: why it stands so."),
        Column("decided_by", "VARCHAR", "Who decided, where a person did.", null=True, pii=Pii.PERSONAL),
        Column("decided_at", "TIMESTAMP", "When.", null=True, unit="UTC"),
    ),
)

TABLES: tuple[Table, ...] = (
    RECORDED_LINKS, PAIR_DECISIONS, TAG_DECISIONS, TAG_REFUSALS, ROLE_DECISIONS, PENDING_CHANGES, PEOPLE, SKILLS, TAG_DRIFT, ROLES,
)  # fmt: skip
