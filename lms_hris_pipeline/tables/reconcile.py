"""What each reconciliation table holds: situations, wanted accounts, exceptions, proposed deltas. No SQL, no logic."""

from __future__ import annotations

from lms_hris_pipeline.tables.canonical import LEARNER_ID, WORKER_ID, optional
from lms_hris_pipeline.tables.contract import Column, Pii, Table

_S = Pii.PSEUDONYM
_P = Pii.PERSONAL

FAMILIES = ("accounts", "organisation", "roles", "enrolments", "skills", "training_records", "offboarding")
OPERATIONS = (
    "create", "update", "deactivate", "reactivate", "merge", "set_groups", "set_manager", "enrol",
    "add_skill", "add_training_record", "recommend",
)  # fmt: skip
ENTITIES = ("account", "profile", "branch", "manager", "groups", "completion", "skill", "training_record", "job")
WISH_RISKS = ("low", "normal", "high", "advice")
WORKER_SITUATIONS = ("linked", "unlinked", "missing", "disputed", "deleted", "out_of_scope", "settling", "unobserved")
LEARNER_SITUATIONS = ("linked", "unlinked", "duplicate", "orphan", "disputed", "out_of_scope", "settling", "unobserved")
SEVERITIES = ("critical", "high", "medium", "low")
EXCEPTION_TYPES = (
    "missing_account", "orphan_account", "leaver_active", "worker_inactive", "duplicate_account", "account_deleted",
    "identity_review", "value_mismatch", "username_taken", "hr_value_missing", "manager_without_account",
    "manager_cycle", "cost_center_closed", "completion_missing_hris", "completion_missing_lms",
    "completion_unmapped", "skill_missing_hris", "skill_level_higher", "skill_level_contradicted", "skill_level_unmapped",
    "skill_tag_review", "skill_tag_unmapped", "job_recommended", "invoice_unallocated",
)  # fmt: skip

OBSERVED = Table(
    "reconcile", "observed", "What the extracts cover. Nothing is inferred from absence where they are incomplete.",
    "the batch", ("has_all_workers",), "team:integration", "sync",
    (
        Column("has_all_workers", "BOOLEAN", "Whether every worker record was read."),
        Column("has_all_learners", "BOOLEAN", "Whether every account was read."),
        Column("has_all_enrolments", "BOOLEAN", "Whether every enrolment was read."),
        Column("has_all_certificates", "BOOLEAN", "Whether every certificate was read."),
        Column("has_all_courses", "BOOLEAN", "Whether every course was read."),
        Column("has_all_groups", "BOOLEAN", "Whether every group and every membership was read."),
        Column("has_all_training_records", "BOOLEAN", "Whether every learning record of the HR system was read."),
    ),
    may_be_empty=False,
)
PERSON_ACCOUNTS = Table(
    "reconcile", "person_accounts", "Accounts that belong to a known person.", "one account of a matched person",
    ("learner_id_lms",), "team:integration", "people",
    (
        LEARNER_ID,
        Column("person_key", "VARCHAR", "Person.", pii=_S),
        Column("current_worker_id_hris", "VARCHAR", "Worker record that stands for the person now.", pii=_S),
        Column("matched_worker_id_hris", "VARCHAR", "Worker record the account was matched with.", pii=_S),
        Column("role", "VARCHAR", "First account of the person, or a second one.", values=("primary", "duplicate")),
        Column("primary_learner_id_lms", "VARCHAR", "The person's first account.", pii=_S),
        Column("is_recorded", "BOOLEAN", "Whether the ledger held the link when the batch began."),
    ),
)
MANAGER_CYCLES = Table(
    "reconcile", "manager_cycles", "People in scope who, by way of their managers, report to themselves.",
    "one worker record in a cycle", ("worker_id_hris",), "team:hris", "people",
    (
        WORKER_ID,
        Column("cycle_key", "VARCHAR", "Least worker id of the cycle: its members share it.", pii=_S),
    ),
)
WANTED_ACCOUNTS = Table(
    "reconcile", "wanted_accounts", "The account each person in scope ought to have.",
    "one person whose current worker record is in scope", ("worker_id_hris",), "team:integration", "people",
    (
        WORKER_ID,
        Column("learner_id_lms", "VARCHAR", "First account; null where there is none.", null=True, pii=_S),
        Column("username", "VARCHAR", "By the user-name rule; null where HR lacks what the rule needs.", null=True, pii=_P),
        Column("first_name", "VARCHAR", "First name.", null=True, pii=_P),
        Column("last_name", "VARCHAR", "Last name.", null=True, pii=_P),
        Column("email", "VARCHAR", "E-mail, lower case.", null=True, pii=_P),
        Column("employee_number", "VARCHAR", "Employee number.", null=True, pii=_S),
        Column("hire_date", "VARCHAR", "Hire date, YYYY-MM-DD.", null=True),
        Column("worker_type", "VARCHAR", "Worker type.", null=True),
        Column("job_profile", "VARCHAR", "Job profile.", null=True),
        Column("department", "VARCHAR", "Supervisory organisation.", null=True),
        Column("cost_center", "VARCHAR", "Cost centre.", null=True),
        Column("location", "VARCHAR", "Location.", null=True),
        Column("branch", "VARCHAR", "Branch code.", null=True),
        Column("manager_worker_id_hris", "VARCHAR", "Current worker record of the manager's person.", null=True, pii=_S),
        Column("manager_learner_id_lms", "VARCHAR", "Manager's first account.", null=True, pii=_S),
        Column("manager_obstacle", "VARCHAR", "Why no manager is set.", null=True, values=("cycle", "without_account", "unobserved")),
        Column("groups", "VARCHAR", "Managed groups, sorted, joined by |; null where HR lacks what they follow from.", null=True),
        Column("username_holder_learner_id_lms", "VARCHAR", "Another account that has the wanted user name.", null=True, pii=_S),
        Column("claimed_learner_id_lms", "VARCHAR", "Account under review, likelier another's, that has the worker's number or address.", null=True, pii=_S),
        Column("is_username_contested", "BOOLEAN", "Whether somebody else is to have the same user name."),
        Column("account_obstacle", "VARCHAR", "Why no account is created where there is none.", null=True, values=(
            "settling", "account_gone", "under_review", "username_taken", "username_contested", "unobserved", "no_username",
            "left_to_people")),
        Column("can_be_created", "BOOLEAN", "Whether there is no account and nothing stands against creating one."),
    ),
)
SITUATIONS = Table(
    "reconcile", "situations", "Every worker record and every account, each in exactly one situation.",
    "one worker record or one account", ("record_kind", "record_id"), "team:integration", "people",
    (
        Column("record_kind", "VARCHAR", "Which of the two.", values=("worker", "learner")),
        Column("record_id", "VARCHAR", "Id in its own system.", pii=_S),
        Column("situation", "VARCHAR", "Where the record stands.", values=(
            "linked", "unlinked", "missing", "orphan", "disputed", "duplicate", "deleted", "out_of_scope", "settling", "unobserved")),
        Column("reason", "VARCHAR", "Why.", null=True),
        Column("partner_id", "VARCHAR", "Id of the record's partner in the other system.", null=True, pii=_S),
    ),
)
MERGE_LOSSES = Table(
    "reconcile", "merge_losses", "What a merge of a second account into the first would lose; such a merge is not proposed.",
    "one completion or certificate of a second account's merge", ("learner_id_lms", "kind", "item", "day"),
    "team:learning", "training",
    (
        LEARNER_ID,
        Column("kind", "VARCHAR", "What would be lost, or left with a lower score.", values=("completion", "certificate")),
        Column("item", "VARCHAR", "Course or certification; ? where the course is not known."),
        Column("day", "VARCHAR", "Day of completion or of expiry, YYYY-MM-DD; empty where there is none."),
    ),
)
_LEVEL_UNIT = "0 none to 5 expert"
SKILL_EVIDENCE = Table(
    "reconcile", "skill_evidence", "What completions tell of skills, failed ones included.",
    "one completion of one person in scope that tells of one skill",
    ("worker_id_hris", "skill_id", "evidence_id"), "team:learning", "skills",
    (
        WORKER_ID,
        Column("skill_id", "VARCHAR", "Skill of the framework."),
        Column("evidence_id", "VARCHAR", "enrolment:<id>, or training_record:<course>@<day> where HR alone holds it.", pii=_S),
        Column("source", "VARCHAR", "What it rests on.", values=("attendance", "assessment", "certification")),
        Column("learner_id_lms", "VARCHAR", "First account of the person; null where it is to be created.", null=True, pii=_S),
        Column("course_code", "VARCHAR", "Course completed."),
        Column("tag", "VARCHAR", "Tag of that course."),
        Column("completed_date", "DATE", "Day of completion."),
        Column("score_pct", "DECIMAL(6,2)", "Score.", null=True, unit="per cent"),
        Column("certification_id_lms", "VARCHAR", "Certification that covers the completion.", null=True),
        Column("expires_date", "DATE", "Last day of that certificate.", null=True),
        Column("is_passed", "BOOLEAN", "Whether the score reaches the pass mark, or there is none."),
        Column("is_expired", "BOOLEAN", "Whether the certificate ran out."),
        Column("course_level", "INTEGER", "Level of the course; 1 where it says none that is known.", unit=_LEVEL_UNIT),
        Column("level", "INTEGER", "Level it shows; 0 where attendance alone is known, or where it failed.", unit=_LEVEL_UNIT),
        Column("confidence", "DECIMAL(7,6)", "Confidence of the tag's mapping, halved where the certificate ran out.", unit="0 to 1"),
        Column("levels_version", "VARCHAR", "Table that gave the course's level; none where it says none that is known."),
    ),
)
RECORDED_SKILLS = Table(
    "reconcile", "recorded_skills", "Skills that the HR system holds of a worker.", "one skill on one worker record",
    ("worker_id_hris", "skill_id"), "team:hris", "skills",
    (
        WORKER_ID,
        Column("skill_id", "VARCHAR", "Skill of the framework."),
        Column("level", "INTEGER", "Highest level on record; null where it says none that is known.", null=True, unit=_LEVEL_UNIT, pii=_P),
    ),
)
SKILL_ASSERTIONS = Table(
    "reconcile", "skill_assertions", "Skills that people show, by the strongest evidence.", "one skill of one person",
    ("worker_id_hris", "skill_id"), "team:learning", "skills",
    (
        WORKER_ID,
        Column("skill_id", "VARCHAR", "Skill of the framework."),
        Column("level", "INTEGER", "Level shown; 0 where attendance alone is known.", unit=_LEVEL_UNIT, pii=_P),
        Column("source", "VARCHAR", "What it rests on.", values=("attendance", "assessment", "certification")),
        Column("evidence_id", "VARCHAR", "Row of reconcile.skill_evidence that it rests on.", pii=_S),
        Column("learner_id_lms", "VARCHAR", "First account of the person; null where it is to be created.", null=True, pii=_S),
        Column("course_code", "VARCHAR", "Course of that evidence."),
        Column("tag", "VARCHAR", "Tag of that course."),
        Column("completed_date", "DATE", "Day of that completion."),
        Column("score_pct", "DECIMAL(6,2)", "Score of that completion.", null=True, unit="per cent"),
        Column("confidence", "DECIMAL(7,6)", "Confidence of the evidence.", unit="0 to 1"),
        Column("valid_from_date", "DATE", "Day from which it is shown."),
        Column("valid_to_date", "DATE", "Last day of the certificate; null where nothing expires.", null=True),
        Column("latest_shown_date", "DATE", "Day of the latest completion that shows the skill at any level."),
        Column("levels_version", "VARCHAR", "Table that gave the level of the course."),
        Column("is_on_record", "BOOLEAN", "Whether HR already holds the skill."),
    ),
)
SKILL_COMPARISONS = Table(
    "reconcile", "skill_comparisons", "Skills that people show, held against those that HR holds.",
    "one skill of one person in scope, shown or on record", ("worker_id_hris", "skill_id"), "team:learning", "skills",
    (
        WORKER_ID,
        Column("skill_id", "VARCHAR", "Skill of the framework."),
        Column("comparison", "VARCHAR", "How the two stand to each other; unobserved where an incomplete extract forbids to say.", values=(
            "new", "higher", "agrees", "contradicting", "unsupported", "unobserved")),
        Column("shown_level", "INTEGER", "Level shown; null where nothing shows it.", null=True, unit=_LEVEL_UNIT, pii=_P),
        Column("recorded_level", "INTEGER", "Level on record; null where there is none.", null=True, unit=_LEVEL_UNIT, pii=_P),
        Column("learner_id_lms", "VARCHAR", "First account of the person.", null=True, pii=_S),
        Column("evidence_id", "VARCHAR", "Row of reconcile.skill_evidence that decides; null where there is none.", null=True, pii=_S),
        Column("evidence_date", "DATE", "Its day.", null=True),
    ),
)
FIELD_DIFFERENCES = Table(
    "reconcile", "field_differences", "Fields of linked accounts that HR says differently.", "one field of one account",
    ("learner_id_lms", "field"), "team:integration", "people",
    (
        LEARNER_ID,
        Column("field", "VARCHAR", "Field, in the words of reconcile.wanted_accounts."),
        WORKER_ID,
        Column("entity", "VARCHAR", "What is changed.", values=("account", "profile", "branch")),
        Column("hris_value", "VARCHAR", "Value wanted; null where it is to be erased.", null=True, pii=_P),
        Column("lms_value", "VARCHAR", "Value on the account.", null=True, pii=_P),
        Column("status", "VARCHAR", "Employment status the wish rests on."),
    ),
)
GROUP_DIFFERENCES = Table(
    "reconcile", "group_differences", "People whose managed groups are not those of their role.", "one person in scope",
    ("worker_id_hris",), "team:integration", "org",
    (
        WORKER_ID,
        Column("learner_id_lms", "VARCHAR", "First account; null where it is to be created.", null=True, pii=_S),
        Column("wanted_groups", "VARCHAR", "Managed groups wanted, sorted, joined by |."),
        Column("held_groups", "VARCHAR", "Managed groups held, sorted, joined by |."),
        Column("add_groups", "VARCHAR", "Groups to join, sorted, joined by |."),
        Column("remove_groups", "VARCHAR", "Groups to leave, sorted, joined by |."),
        Column("status", "VARCHAR", "Employment status the wish rests on."),
        Column("job_profile_id", "VARCHAR", "Job profile the groups follow from.", null=True),
    ),
)
COMPLETION_GAPS = Table(
    "reconcile", "completion_gaps", "Completions that one system holds and the other lacks or cannot count.",
    "one completion of one person", ("gap", "worker_id_hris", "course_code", "completed_date", "learner_id_lms"),
    "team:learning", "training",
    (
        Column("gap", "VARCHAR", "Where it is missing; unmapped: it counts for no course.", values=("missing_hris", "missing_lms", "unmapped")),
        WORKER_ID,
        Column("learner_id_lms", "VARCHAR", "Account concerned; null where it is to be created.", null=True, pii=_S),
        Column("course_code", "VARCHAR", "Course it counts for; for an unmapped one the code it was completed under."),
        Column("completed_date", "DATE", "Day of completion."),
        Column("score_pct", "DECIMAL(6,2)", "Score.", null=True, unit="per cent"),
        Column("lms_status", "VARCHAR", "State of the account's present enrolment in the course.", null=True),
    ),
)
EXPECTED_SKILLS = Table(
    "reconcile", "expected_skills", "Skills that job profiles call for, as the settings say.",
    "one skill that a job profile calls for", ("job_profile_id", "skill_id"), "team:learning", "skills",
    (
        Column("job_profile_id", "VARCHAR", "Job profile."),
        Column("skill_id", "VARCHAR", "Skill of the framework."),
        Column("name", "VARCHAR", "Its name; the id where the framework does not hold it."),
        Column("level", "INTEGER", "Level from which on it is had.", unit=_LEVEL_UNIT),
    ),
)
JOB_READINESS = Table(
    "reconcile", "job_readiness", "How much of what a next job calls for people show.",
    "one person in scope and one job profile that may follow theirs",
    ("worker_id_hris", "next_job_profile_id"), "team:learning", "skills",
    (
        WORKER_ID,
        Column("next_job_profile_id", "VARCHAR", "Job profile that may follow."),
        Column("job_profile_id", "VARCHAR", "Present job profile."),
        Column("expected_count", "INTEGER", "Skills it calls for.", unit="skills"),
        Column("reached_count", "INTEGER", "Of those, how many are shown at the level it calls for.", unit="skills", pii=_P),
        Column("is_ready", "BOOLEAN", "Whether all are.", pii=_P),
        Column("expected", "VARCHAR", "Skills and levels it calls for."),
        Column("shown", "VARCHAR", "The same in words, with the levels shown.", pii=_P),
    ),
)
_WISH_COLUMNS = (
    Column("family", "VARCHAR", "Family whose phase decides what happens.", values=FAMILIES),
    Column("target_system", "VARCHAR", "System to be changed.", values=("hris", "lms")),
    Column("entity", "VARCHAR", "What is changed.", values=ENTITIES),
    Column("operation", "VARCHAR", "How it is changed.", values=OPERATIONS),
    Column("target_key", "VARCHAR", "learner:<id> or worker:<id>.", pii=_S),
    Column("worker_id_hris", "VARCHAR", "Person concerned.", null=True, pii=_S),
    Column("learner_id_lms", "VARCHAR", "Account concerned.", null=True, pii=_S),
    Column("subject", "VARCHAR", "What tells wishes of one operation and target apart; empty where there is only one.", pii=_S),
    Column("desired_pairs", "VARCHAR[]", "Members of the JSON object of values wanted; null for one to be left out.", pii=_P),
    Column("base_pairs", "VARCHAR[]", "Members of the JSON object of what an approval relies on.", pii=_P),
    Column("reason", "VARCHAR", "Why, in words.", pii=_P),
    Column("risk", "VARCHAR", "What could go wrong; advice is never sent.", values=WISH_RISKS),
)
ACCOUNT_WISHES = Table(
    "reconcile", "account_wishes", "Wishes about accounts, their place in the organisation and their groups.", "one wish",
    ("operation", "target_key", "entity", "subject"), "team:integration", "sync", _WISH_COLUMNS,
)
TRAINING_WISHES = Table(
    "reconcile", "training_wishes", "Wishes about completions, skills and what follows from skills.", "one wish",
    ("operation", "target_key", "subject"), "team:learning", "sync", _WISH_COLUMNS,
)
PROPOSED_DELTAS = Table(
    "reconcile", "proposed_deltas", "Changes that would close the gap.", "one wish", ("wish_id",), "team:integration", "sync",
    (
        Column("wish_id", "VARCHAR", "sha256 of target, entity, key, operation, desired values and base."),
        Column("family", "VARCHAR", "Family whose phase decides what happens.", values=FAMILIES),
        Column("target_system", "VARCHAR", "System to be changed.", values=("hris", "lms")),
        Column("entity", "VARCHAR", "What is changed.", values=ENTITIES),
        Column("operation", "VARCHAR", "How it is changed.", values=OPERATIONS),
        Column("target_key", "VARCHAR", "learner:<id> or worker:<id>.", pii=_S),
        Column("worker_id_hris", "VARCHAR", "Person concerned.", null=True, pii=_S),
        Column("learner_id_lms", "VARCHAR", "Account concerned.", null=True, pii=_S),
        Column("desired", "JSON", "Values wanted.", pii=_P),
        Column("base", "JSON", "What an approval relies on: target values and source facts.", pii=_P),
        Column("reason", "VARCHAR", "Why, in words."),
        Column("risk", "VARCHAR", "What could go wrong; advice is never sent.", values=WISH_RISKS),
        Column("is_pilot", "BOOLEAN", "Whether the phases of the settings are for this change; else it stays in shadow."),
    ),
)
UNALLOCATED_CHARGES = Table(
    "reconcile", "unallocated_charges", "Invoice lines with nothing to be shared by.", "one invoice line",
    ("invoice_id", "line_no"), "team:finance", "costs",
    (
        Column("invoice_id", "VARCHAR", "Invoice."),
        Column("line_no", "INTEGER", "Line."),
        Column("obstacle", "VARCHAR", "What is missing.", values=(
            "unknown_course", "unknown_contract", "no_enrolments", "no_learners", "no_reference")),
    ),
)
FINDING_RULES = Table(
    "reconcile", "finding_rules", "How urgent each kind of finding is and what to say about it.",
    "one kind of finding in one field; * for every other field", ("type", "field"), "team:learning", "sync",
    (
        Column("type", "VARCHAR", "Kind of finding.", values=EXCEPTION_TYPES),
        Column("field", "VARCHAR", "Field, or *."),
        Column("severity", "VARCHAR", "How urgent.", values=SEVERITIES),
        Column("suggested_action", "VARCHAR", "What to do, in words."),
        Column("explanation", "VARCHAR", "Why it was raised; {hris}, {lms}, {field} and {note} stand for the finding's values."),
    ),
    may_be_empty=False,
)
_FINDING_COLUMNS = (
    Column("type", "VARCHAR", "Kind of finding.", values=EXCEPTION_TYPES),
    optional(WORKER_ID),
    optional(LEARNER_ID),
    Column("field", "VARCHAR", "What differs."),
    Column("hris_value", "VARCHAR", "Value in the HR system.", null=True, pii=_P),
    Column("lms_value", "VARCHAR", "Value in the learning system.", null=True, pii=_P),
    Column("root_cause", "VARCHAR", "Key that findings with one cause share.", pii=_P),
    Column("note", "VARCHAR", "What else is worth saying; empty where nothing is.", pii=_P),
    Column("wish_id", "VARCHAR", "Delta that would mend it; null where a person must decide.", null=True),
)
_FINDING_KEY = ("type", "worker_id_hris", "learner_id_lms", "field", "hris_value", "lms_value")
ACCOUNT_FINDINGS = Table(
    "reconcile", "account_findings", "Findings about who has an account.", "one finding", _FINDING_KEY,
    "team:learning", "people", _FINDING_COLUMNS,
)
VALUE_FINDINGS = Table(
    "reconcile", "value_findings", "Findings about values of people and accounts.", "one finding", _FINDING_KEY,
    "team:learning", "people", _FINDING_COLUMNS,
)
TRAINING_FINDINGS = Table(
    "reconcile", "training_findings", "Findings about completions, skills and what they cost.", "one finding", _FINDING_KEY,
    "team:learning", "training", _FINDING_COLUMNS,
)
EXCEPTIONS = Table(
    "reconcile", "exceptions", "What does not agree and who should know.", "one finding", ("exception_id",),
    "team:learning", "sync",
    (
        Column("exception_id", "VARCHAR", "sha256 of type, both ids, field and both values: the same finding each night."),
        Column("type", "VARCHAR", "Kind of finding.", values=EXCEPTION_TYPES),
        Column("severity", "VARCHAR", "How urgent.", values=SEVERITIES),
        optional(WORKER_ID),
        optional(LEARNER_ID),
        Column("field", "VARCHAR", "What differs."),
        Column("hris_value", "VARCHAR", "Value in the HR system.", null=True, pii=_P),
        Column("lms_value", "VARCHAR", "Value in the learning system.", null=True, pii=_P),
        Column("root_cause", "VARCHAR", "Key that findings with one cause share."),
        Column("suggested_action", "VARCHAR", "What to do, in words."),
        Column("explanation", "VARCHAR", "Why it was raised, in words.", pii=_P),
        Column("wish_id", "VARCHAR", "Delta that would mend it; null where a person must decide.", null=True),
    ),
)

TABLES: tuple[Table, ...] = (
    OBSERVED, PERSON_ACCOUNTS, MANAGER_CYCLES, WANTED_ACCOUNTS, SITUATIONS,
    FIELD_DIFFERENCES, GROUP_DIFFERENCES, COMPLETION_GAPS, MERGE_LOSSES,
    SKILL_EVIDENCE, RECORDED_SKILLS, SKILL_ASSERTIONS, SKILL_COMPARISONS, EXPECTED_SKILLS, JOB_READINESS,
    ACCOUNT_WISHES, TRAINING_WISHES, PROPOSED_DELTAS,
    UNALLOCATED_CHARGES, FINDING_RULES, ACCOUNT_FINDINGS, VALUE_FINDINGS, TRAINING_FINDINGS, EXCEPTIONS,
)  # fmt: skip
