"""What each canonical table holds: both systems in one vocabulary, free of vendor quirks. No SQL, no logic."""

from __future__ import annotations

from lms_hris_pipeline.tables.contract import Column, Pii, Table

_P = Pii.PERSONAL
_S = Pii.PSEUDONYM

WORKER_ID = Column("worker_id_hris", "VARCHAR", "The HR system's immutable id of the worker record.", pii=_S)
LEARNER_ID = Column("learner_id_lms", "VARCHAR", "The learning system's immutable id of the account.", pii=_S)
CURRENCY = Column("currency", "VARCHAR", "ISO 4217 code of the amounts in the row.")


def optional(column: Column) -> Column:
    """The same column where it may be null."""
    return Column(column.name, column.type, column.about, null=True, unit=column.unit, pii=column.pii)


LOCATIONS = Table(
    "canonical", "locations", "Work locations.", "one location", ("location_id",), "team:hris", "org",
    (
        Column("location_id", "VARCHAR", "The HR system's id of the location."),
        Column("name", "VARCHAR", "Name of the location."),
        Column("country", "VARCHAR", "ISO 3166 alpha-2 code.", null=True),
        Column("time_zone", "VARCHAR", "IANA time zone; null where the HR system names none that is known.", null=True),
        Column("jurisdiction", "VARCHAR", "Whose law applies.", null=True),
    ),
)
COST_CENTERS = Table(
    "canonical", "cost_centers", "Cost centres.", "one cost centre", ("cost_center_id",), "team:finance", "costs",
    (
        Column("cost_center_id", "VARCHAR", "The HR system's id of the cost centre."),
        Column("name", "VARCHAR", "Name of the cost centre."),
        Column("company_id", "VARCHAR", "Company the cost centre belongs to.", null=True),
        Column("valid_from_date", "DATE", "First day of use.", null=True),
        Column("closed_date", "DATE", "Last day of use; null while it is open.", null=True),
    ),
)
COMPANIES = Table(
    "canonical", "companies", "Companies.", "one company", ("company_id",), "team:finance", "costs",
    (Column("company_id", "VARCHAR", "The HR system's id of the company."), Column("name", "VARCHAR", "Name."), CURRENCY),
)
JOB_PROFILES = Table(
    "canonical", "job_profiles", "Job profiles.", "one job profile", ("job_profile_id",), "team:hris", "org",
    (
        Column("job_profile_id", "VARCHAR", "The HR system's reference id of the profile."),
        Column("name", "VARCHAR", "Title of the profile."),
        Column("job_family", "VARCHAR", "First job family of the profile, by name.", null=True),
        Column("management_level", "VARCHAR", "Management level.", null=True),
        Column("is_inactive", "BOOLEAN", "Whether the profile is no longer used."),
    ),
)
ORGANIZATIONS = Table(
    "canonical", "supervisory_organizations", "Supervisory organisations.", "one organisation",
    ("supervisory_organization_id",), "team:hris", "org",
    (
        Column("supervisory_organization_id", "VARCHAR", "The HR system's reference id of the organisation."),
        Column("name", "VARCHAR", "Name of the organisation."),
        Column("superior_id", "VARCHAR", "The organisation above; null at the top.", null=True),
        Column("manager_worker_id_hris", "VARCHAR", "Worker who leads it.", null=True, pii=_S),
        Column("is_inactive", "BOOLEAN", "Whether the organisation is no longer used."),
    ),
)
REQUISITIONS = Table(
    "canonical", "requisitions", "The hiring plan.", "one job requisition", ("job_requisition_id",), "team:hris", "org",
    (
        Column("job_requisition_id", "VARCHAR", "The HR system's id of the requisition."),
        Column("position_id", "VARCHAR", "Position to be filled.", null=True),
        Column("job_profile_id", "VARCHAR", "Job profile sought.", null=True),
        Column("supervisory_organization_id", "VARCHAR", "Organisation that hires.", null=True),
        Column("location_id", "VARCHAR", "Location of the position.", null=True),
        Column("cost_center_id", "VARCHAR", "Cost centre of the position.", null=True),
        Column("target_hire_date", "DATE", "Planned first day.", null=True),
        Column("opening_count", "INTEGER", "People sought.", unit="people"),
        Column("status", "VARCHAR", "The HR system's status.", null=True),
    ),
)
WORKER_RECORDS = Table(
    "canonical", "worker_records", "Of each worker the raw record that counts, where the HR system sent several.",
    "one worker record", ("worker_id_hris",), "team:hris", "people",
    (
        WORKER_ID,
        Column("record_no", "BIGINT", "Place of the record in raw_hris.workers.", volatile=True),
    ),
)
WORKERS = Table(
    "canonical", "workers", "Worker records with the names and addresses a person goes by.",
    "one worker record", ("worker_id_hris",), "team:hris", "people",
    (
        WORKER_ID,
        Column("employee_number", "VARCHAR", "Employee number, leading zeros kept.", null=True, pii=_S),
        Column("worker_type", "VARCHAR", "As the HR system says it.", values=("Employee", "Contingent Worker")),
        Column("universal_id", "VARCHAR", "Joins a contractor's record with the employee's they became.", null=True, pii=_S),
        Column("person_key", "VARCHAR", "universal_id where there is one, else the worker's own id; prefixed.", pii=_S),
        Column("legal_first_name", "VARCHAR", "Legal first name.", null=True, pii=_P),
        Column("legal_last_name", "VARCHAR", "Legal last name.", null=True, pii=_P),
        Column("first_name", "VARCHAR", "Preferred first name, else the legal one.", null=True, pii=_P),
        Column("last_name", "VARCHAR", "Preferred last name, else the legal one.", null=True, pii=_P),
        Column("email", "VARCHAR", "Work e-mail, lower case.", null=True, pii=_P),
        Column("former_last_names", "VARCHAR[]", "Last names before changes, sorted; empty where none.", pii=_P),
        Column("former_emails", "VARCHAR[]", "E-mails before changes, lower case, sorted; empty where none.", pii=_P),
        Column("former_employee_numbers", "VARCHAR[]", "Employee numbers before changes, sorted.", pii=_S),
        Column("country", "VARCHAR", "ISO 3166 alpha-2 code.", null=True),
        Column("hire_date", "DATE", "First day of the employment.", null=True),
        Column("original_hire_date", "DATE", "First day of the first employment.", null=True),
        Column("termination_date", "DATE", "Last day employed; null where none is known.", null=True),
        Column("is_rescinded", "BOOLEAN", "Whether the hire was called off."),
    ),
    may_be_empty=False,
)
ASSIGNMENTS = Table(
    "canonical", "assignments", "Spells in which a worker holds a position; past and future ones too.",
    "one spell of one worker record", ("worker_id_hris", "assignment_id"), "team:hris", "people",
    (
        WORKER_ID,
        Column("assignment_id", "VARCHAR", "The HR system's id of the spell."),
        Column("position_id", "VARCHAR", "Position.", null=True),
        Column("job_profile_id", "VARCHAR", "Job profile.", null=True),
        Column("business_title", "VARCHAR", "Title on the door.", null=True),
        Column("supervisory_organization_id", "VARCHAR", "Supervisory organisation.", null=True),
        Column("cost_center_id", "VARCHAR", "Cost centre; null where HR has none.", null=True),
        Column("company_id", "VARCHAR", "Company.", null=True),
        Column("location_id", "VARCHAR", "Location.", null=True),
        Column("manager_worker_id_hris", "VARCHAR", "Manager.", null=True, pii=_S),
        Column("fte_share", "DECIMAL(5,4)", "Share of full time.", null=True, unit="1 = full time"),
        Column("is_primary", "BOOLEAN", "Whether this is the worker's primary job."),
        Column("is_host", "BOOLEAN", "Whether this is the host's side of an international assignment."),
        Column("started_date", "DATE", "First day of the spell."),
        Column("ended_date", "DATE", "Last day of the spell; null while it lasts.", null=True),
        Column("recorded_at", "TIMESTAMP", "When HR recorded it.", null=True, unit="UTC"),
    ),
)
EMPTIED_FIELDS = Table(
    "canonical", "emptied_fields", "Fields of spells that HR sent, but empty: not the same as fields it did not send.",
    "one field of one spell", ("worker_id_hris", "assignment_id", "field"), "team:hris", "people",
    (
        WORKER_ID,
        Column("assignment_id", "VARCHAR", "Spell."),
        Column("field", "VARCHAR", "Field that is empty.", values=("job_profile", "department", "cost_center", "location")),
    ),
)
LEAVES = Table(
    "canonical", "leaves", "Leaves of absence.", "one leave of one worker record", ("worker_id_hris", "leave_id"),
    "team:hris", "people",
    (
        WORKER_ID,
        Column("leave_id", "VARCHAR", "The HR system's id of the leave."),
        Column("leave_type", "VARCHAR", "Type of leave.", pii=Pii.SENSITIVE),
        Column("first_date", "DATE", "First day away.", pii=_P),
        Column("last_date", "DATE", "Last day away; null while it lasts.", null=True, pii=_P),
    ),
)
EMPLOYMENTS = Table(
    "canonical", "employments",
    "Each worker record as at the batch's instant, read on the calendar of the place where the person works.",
    "one worker record", ("worker_id_hris",), "team:hris", "people",
    (
        WORKER_ID,
        Column("person_key", "VARCHAR", "As in canonical.workers.", pii=_S),
        Column("current_worker_id_hris", "VARCHAR", "The record that stands for the person now.", pii=_S),
        Column("is_current", "BOOLEAN", "Whether this record is that one."),
        Column("status", "VARCHAR", "Employment status.", values=("pre_hire", "active", "terminated", "rescinded")),
        Column("is_in_scope", "BOOLEAN", "Whether the record by itself entitles to an account."),
        Column("scope_reason", "VARCHAR", "Why it does or does not.", values=(
            "active", "pre_hire", "starts_later", "terminated", "rescinded", "contingent_excluded", "no_hire_date")),
        Column("is_on_leave", "BOOLEAN", "Whether a leave covers the day.", pii=Pii.SENSITIVE),
        Column("local_date", "DATE", "Calendar day at the worker's location."),
        Column("assignment_id", "VARCHAR", "The primary spell that the next columns come from.", null=True),
        Column("job_profile_id", "VARCHAR", "Job profile.", null=True),
        Column("business_title", "VARCHAR", "Title on the door.", null=True),
        Column("supervisory_organization_id", "VARCHAR", "Supervisory organisation.", null=True),
        Column("cost_center_id", "VARCHAR", "Cost centre.", null=True),
        Column("company_id", "VARCHAR", "Company.", null=True),
        Column("location_id", "VARCHAR", "Location.", null=True),
        Column("manager_worker_id_hris", "VARCHAR", "Manager.", null=True, pii=_S),
        Column("fte_share", "DECIMAL(5,4)", "Share of full time.", null=True, unit="1 = full time"),
    ),
)
FRAMEWORK_SKILLS = Table(
    "canonical", "framework_skills", "The firm's skill framework.", "one skill", ("skill_id",), "team:learning", "skills",
    (
        Column("skill_id", "VARCHAR", "The HR system's id of the skill."),
        Column("name", "VARCHAR", "Preferred label."),
        Column("category", "VARCHAR", "Category.", null=True),
        Column("description", "VARCHAR", "What the skill is.", null=True),
    ),
)
SKILL_ALIASES = Table(
    "canonical", "skill_aliases", "Other words for a skill of the framework.", "one alias of one skill",
    ("skill_id", "alias"), "team:learning", "skills",
    (Column("skill_id", "VARCHAR", "Skill."), Column("alias", "VARCHAR", "Another word for it.")),
)
WORKER_SKILLS = Table(
    "canonical", "worker_skills", "Skills on worker records.", "one skill entry of one worker record",
    ("worker_id_hris", "entry_no"), "team:learning", "skills",
    (
        WORKER_ID,
        Column("entry_no", "INTEGER", "Position among the worker's entries by skill id and text, from 1."),
        Column("skill_id", "VARCHAR", "Skill of the framework; null where the person typed a text.", null=True),
        Column("tag", "VARCHAR", "The words on the record.", pii=_P),
        Column("level_said", "VARCHAR", "How well the person has it, in the HR system's words.", null=True, pii=_P),
    ),
)
PROFICIENCY_LEVELS = Table(
    "canonical", "proficiency_levels", "What the systems' words for how well somebody has a skill mean, on one scale.",
    "one word of one scale", ("scale", "said"), "team:learning", "skills",
    (
        Column("scale", "VARCHAR", "Whose word it is.", values=("course", "worker_skill")),
        Column("said", "VARCHAR", "The word, in lower case."),
        Column("level", "INTEGER", "What it means.", unit="0 none to 5 expert"),
        Column("version", "VARCHAR", "Table that says so: shipped, or the firm's own, and its version."),
    ),
    may_be_empty=False,
)
LEARNERS = Table(
    "canonical", "learners", "Accounts of the learning system.", "one account", ("learner_id_lms",), "team:lms", "people",
    (
        LEARNER_ID,
        Column("username", "VARCHAR", "User name, as stored.", pii=_P),
        Column("first_name", "VARCHAR", "First name.", null=True, pii=_P),
        Column("last_name", "VARCHAR", "Last name.", null=True, pii=_P),
        Column("email", "VARCHAR", "E-mail, lower case.", null=True, pii=_P),
        Column("kind", "VARCHAR", "Whose account it is.", values=("employee", "external", "privileged", "service")),
        Column("is_active", "BOOLEAN", "Whether the account can log in."),
        Column("employee_number", "VARCHAR", "Employee number on the account.", null=True, pii=_S),
        Column("job_profile_id", "VARCHAR", "Job profile on the account.", null=True),
        Column("department", "VARCHAR", "Department on the account.", null=True),
        Column("cost_center_id", "VARCHAR", "Cost centre on the account.", null=True),
        Column("location_id", "VARCHAR", "Location on the account.", null=True),
        Column("hire_date", "VARCHAR", "Hire date on the account, as stored.", null=True),
        Column("worker_type", "VARCHAR", "Worker type on the account.", null=True),
        Column("branch_code", "VARCHAR", "Branch the account belongs to.", null=True),
        Column("manager_learner_id_lms", "VARCHAR", "Manager's account.", null=True, pii=_S),
        Column("created_at", "TIMESTAMP", "When the account was created.", null=True, unit="UTC"),
        Column("last_access_at", "TIMESTAMP", "Last login.", null=True, unit="UTC", pii=_P),
        Column("last_updated_at", "TIMESTAMP", "Last change.", null=True, unit="UTC"),
    ),
    may_be_empty=True,
)
BRANCHES = Table(
    "canonical", "branches", "Branches of the learning system.", "one branch", ("branch_id_lms",), "team:lms", "org",
    (
        Column("branch_id_lms", "VARCHAR", "The learning system's id of the branch."),
        Column("branch_code", "VARCHAR", "Code of the branch.", null=True),
        Column("title", "VARCHAR", "Title.", null=True),
        Column("parent_branch_id_lms", "VARCHAR", "Branch above; null at the top.", null=True),
    ),
)
GROUPS = Table(
    "canonical", "groups", "Groups of the learning system.", "one group", ("group_id_lms",), "team:lms", "org",
    (
        Column("group_id_lms", "VARCHAR", "The learning system's id of the group."),
        Column("name", "VARCHAR", "Name of the group."),
        Column("kind", "VARCHAR", "Automatic groups are filled by the learning system.", values=("manual", "automatic")),
        Column("rule_field", "VARCHAR", "Account field that fills an automatic group, where the system says so.", null=True),
        Column("rule_value", "VARCHAR", "Value of that field that leads into the group.", null=True),
    ),
)
GROUP_MEMBERS = Table(
    "canonical", "group_members", "Who is in which group.", "one account in one group",
    ("group_id_lms", "learner_id_lms"), "team:lms", "org",
    (Column("group_id_lms", "VARCHAR", "Group."), LEARNER_ID),
)
COURSES = Table(
    "canonical", "courses", "Courses and their revisions.", "one course revision", ("course_code",), "team:lms", "training",
    (
        Column("course_code", "VARCHAR", "Code of the course or revision."),
        Column("course_id_lms", "VARCHAR", "The learning system's id."),
        Column("name", "VARCHAR", "Title.", null=True),
        Column("is_published", "BOOLEAN", "Whether it can be taken."),
        Column("canonical_course_code", "VARCHAR", "Code a completion counts for; null where a retired revision has no equivalent.", null=True),
        Column("revision_of", "VARCHAR", "Family of revisions.", null=True),
        Column("revision_no", "INTEGER", "Revision within the family.", null=True),
        Column("effective_date", "DATE", "First day the revision is in force.", null=True),
        Column("duration_minutes", "INTEGER", "Planned duration.", null=True, unit="minutes"),
        Column("price", "DECIMAL(18,2)", "List price per enrolment, net.", null=True, unit="in currency"),
        optional(CURRENCY),
        Column("level_said", "VARCHAR", "How demanding it is, in the learning system's words.", null=True),
    ),
)
ENROLMENTS = Table(
    "canonical", "enrolments", "Enrolments, completions included.", "one enrolment row of one account",
    ("enrolment_id_lms",), "team:lms", "training",
    (
        Column("enrolment_id_lms", "VARCHAR", "The learning system's id of the enrolment."),
        LEARNER_ID,
        Column("course_code", "VARCHAR", "Course or revision.", null=True),
        Column("status", "VARCHAR", "Status, as the learning system says it."),
        Column("owner", "VARCHAR", "Who enrolled: an administrator, a rule of the LMS or this pipeline.", null=True),
        Column("enrolled_at", "TIMESTAMP", "When enrolled.", null=True, unit="UTC"),
        Column("completed_at", "TIMESTAMP", "When completed; null where open or a zero date.", null=True, unit="UTC"),
        Column("score_pct", "DECIMAL(6,2)", "Score.", null=True, unit="per cent"),
        Column("is_archived", "BOOLEAN", "Whether it is an archived attempt."),
        Column("updated_at", "TIMESTAMP", "Last change.", null=True, unit="UTC"),
    ),
)
COMPLETIONS = Table(
    "canonical", "completions", "Completions in the learning system: completed enrolments with a real date.",
    "one completed enrolment", ("enrolment_id_lms",), "team:lms", "training",
    (
        Column("enrolment_id_lms", "VARCHAR", "Enrolment."),
        LEARNER_ID,
        Column("course_code", "VARCHAR", "Course or revision completed.", null=True),
        Column("canonical_course_code", "VARCHAR", "Course it counts for; null where it counts for none.", null=True),
        Column("completed_date", "DATE", "Day of completion in UTC, as the learning system stores it."),
        Column("score_pct", "DECIMAL(6,2)", "Score.", null=True, unit="per cent"),
    ),
)
TRAINING_RECORDS = Table(
    "canonical", "training_records", "Completions in the HR system, rescinded ones left out.",
    "one learning record", ("training_record_id_hris",), "team:hris", "training",
    (
        Column("training_record_id_hris", "VARCHAR", "The HR system's id of the record."),
        WORKER_ID,
        Column("course_code", "VARCHAR", "Course code on the record."),
        Column("canonical_course_code", "VARCHAR", "Course it counts for; the code itself where the catalogue does not know it."),
        Column("completed_date", "DATE", "Day of completion."),
        Column("score_pct", "DECIMAL(6,2)", "Score.", null=True, unit="per cent"),
        Column("expires_date", "DATE", "Last day it counts.", null=True),
    ),
)
CERTIFICATIONS = Table(
    "canonical", "certifications", "Certifications.", "one certification", ("certification_id_lms",), "team:lms", "training",
    (
        Column("certification_id_lms", "VARCHAR", "The learning system's id."),
        Column("code", "VARCHAR", "Code.", null=True),
        Column("title", "VARCHAR", "Title."),
        Column("validity_months", "INTEGER", "Validity; null where it never expires.", null=True, unit="months"),
    ),
)
CERTIFICATION_COURSES = Table(
    "canonical", "certification_courses", "Courses that lead to certifications.", "one course of one certification",
    ("certification_id_lms", "course_code"), "team:lms", "training",
    (
        Column("certification_id_lms", "VARCHAR", "Certification."),
        Column("course_code", "VARCHAR", "Course or revision that leads to it."),
    ),
)
CERTIFICATES = Table(
    "canonical", "certificates", "Certifications issued.", "one certification of one account",
    ("certification_id_lms", "learner_id_lms"), "team:lms", "training",
    (
        Column("certification_id_lms", "VARCHAR", "Certification."),
        LEARNER_ID,
        Column("issued_date", "DATE", "Day of issue.", null=True),
        Column("expires_date", "DATE", "Last day of validity.", null=True),
    ),
)
COURSE_SKILLS = Table(
    "canonical", "course_skills", "Skill tags of courses.", "one tag of one course", ("course_code", "tag"),
    "team:learning", "skills",
    (Column("course_code", "VARCHAR", "Course."), Column("tag", "VARCHAR", "The learning system's word for a skill.")),
)
SKILL_TAGS = Table(
    "canonical", "skill_tags", "Every word for a skill that either system uses outside the framework.",
    "one distinct tag", ("tag",), "team:learning", "skills",
    (
        Column("tag", "VARCHAR", "The word, trimmed."),
        Column("is_in_lms", "BOOLEAN", "Whether the learning system uses it."),
        Column("is_in_hris", "BOOLEAN", "Whether worker records use it."),
        Column("use_count", "BIGINT", "Courses and worker records that carry it.", unit="records"),
    ),
)
REQUIREMENTS = Table(
    "canonical", "requirements", "Training requirements.", "one version of one requirement",
    ("requirement_id", "version_no", "job_profile_id"), "team:learning", "training",
    (
        Column("requirement_id", "VARCHAR", "Id of the requirement."),
        Column("version_no", "INTEGER", "Version, from 1."),
        Column("name", "VARCHAR", "Name."),
        Column("course_code", "VARCHAR", "Course that fulfils it."),
        Column("job_profile_id", "VARCHAR", "Job profile it applies to; * for all."),
        Column("location_id", "VARCHAR", "Location it applies to; null for all.", null=True),
        Column("due_days", "INTEGER", "Days from assignment to due date.", null=True, unit="days"),
        Column("recertify_months", "INTEGER", "Months until it must be done again.", null=True, unit="months"),
        Column("valid_from_date", "DATE", "First day of the version.", null=True),
        Column("valid_to_date", "DATE", "Last day of the version.", null=True),
    ),
)
CHARGES = Table(
    "canonical", "charges", "Lines of training suppliers' invoices.", "one invoice line", ("invoice_id", "line_no"),
    "team:finance", "costs",
    (
        Column("invoice_id", "VARCHAR", "Invoice."),
        Column("line_no", "INTEGER", "Line, from 1."),
        Column("supplier", "VARCHAR", "Supplier."),
        Column("invoice_date", "DATE", "Date of the invoice.", null=True),
        Column("service_from_date", "DATE", "First day of the service period.", null=True),
        Column("service_to_date", "DATE", "Last day of the service period.", null=True),
        Column("charge_type", "VARCHAR", "What is charged.", values=("COURSE_FEE", "LICENCE", "CONTENT", "CREDIT_NOTE")),
        Column("course_code", "VARCHAR", "Course charged.", null=True),
        Column("contract_id", "VARCHAR", "Contract charged.", null=True),
        Column("quantity", "DECIMAL(18,4)", "Units charged.", null=True, unit="units"),
        Column("net_amount", "DECIMAL(18,2)", "Net amount; negative for a credit.", unit="in currency"),
        Column("tax_amount", "DECIMAL(18,2)", "Tax.", unit="in currency"),
        CURRENCY,
        Column("po_number", "VARCHAR", "Purchase order.", null=True),
        Column("gl_account", "VARCHAR", "General-ledger account.", null=True),
        Column("cost_center_id", "VARCHAR", "Cost centre the line names; null where it is to be allocated.", null=True),
    ),
)
CONTRACTS = Table(
    "canonical", "licence_contracts", "Licence contracts.", "one contract", ("contract_id",), "team:finance", "costs",
    (
        Column("contract_id", "VARCHAR", "Contract."),
        Column("supplier", "VARCHAR", "Supplier."),
        Column("licence_type", "VARCHAR", "What is licensed.", values=("SEATS", "ACTIVE_USERS")),
        Column("seat_count", "INTEGER", "Seats bought.", null=True, unit="seats"),
        Column("unit_price", "DECIMAL(18,4)", "Price of a unit.", null=True, unit="in currency"),
        CURRENCY,
        Column("valid_from_date", "DATE", "First day.", null=True),
        Column("valid_to_date", "DATE", "Last day.", null=True),
        Column("allocation", "VARCHAR", "What its cost is shared by.", values=("ACTIVE_LEARNERS", "ENROLMENTS", "HEADCOUNT")),
    ),
)

TABLES: tuple[Table, ...] = (
    LOCATIONS, COST_CENTERS, COMPANIES, JOB_PROFILES, ORGANIZATIONS, REQUISITIONS,
    WORKER_RECORDS, WORKERS, ASSIGNMENTS, EMPTIED_FIELDS, LEAVES, EMPLOYMENTS,
    FRAMEWORK_SKILLS, SKILL_ALIASES, WORKER_SKILLS, PROFICIENCY_LEVELS,
    LEARNERS, BRANCHES, GROUPS, GROUP_MEMBERS, COURSES, ENROLMENTS, COMPLETIONS, TRAINING_RECORDS,
    CERTIFICATIONS, CERTIFICATION_COURSES, CERTIFICATES, COURSE_SKILLS, SKILL_TAGS, REQUIREMENTS, CHARGES, CONTRACTS,
)  # fmt: skip
