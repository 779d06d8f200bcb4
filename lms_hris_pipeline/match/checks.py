"""Checks of the matching tables beyond their contracts: a person has one first account, no automatic group is given.

These block what comes after. That more skill tags than usual are unknown only warns.
"""

from __future__ import annotations

from lms_hris_pipeline.resources.expectations import empty_check, warning_check
from lms_hris_pipeline.tables import match

checks = [
    empty_check(
        match.PEOPLE,
        "one_to_one",
        "No person is linked to two first accounts.",
        "select count(*) from match.people as people "
        "inner join canonical.employments as employments on employments.worker_id_hris = people.worker_id_hris "
        "where people.decision = 'link' group by employments.person_key having count(*) > 1",
    ),
    empty_check(
        match.PEOPLE,
        "every_employee_account_once",
        "Every account of kind employee was looked at, and no other.",
        "select count(*) from (select learner_id_lms from canonical.learners where kind = 'employee') as learners "
        "full join match.people as people on people.learner_id_lms = learners.learner_id_lms "
        "where learners.learner_id_lms is null or people.learner_id_lms is null having count(*) > 0",
    ),
    empty_check(
        match.ROLES,
        "only_manual_groups_in_force",
        "No mapping in force leads into a group that fills itself.",
        "select count(*) from match.roles as roles "
        "inner join canonical.groups as groups on groups.group_id_lms = roles.group_id_lms "
        "where roles.state = 'in_force' and groups.kind = 'automatic' having count(*) > 0",
    ),
    warning_check(
        match.SKILLS,
        "share_of_unknown_tags",
        "No more tags than usual are without a match, or to review.",
        "select drift.source, drift.decision, drift.found_count, drift.tag_count, drift.expected_share, drift.has_drifted "
        "from match.tag_drift as drift order by drift.source, drift.decision",
        reads=(match.TAG_DRIFT,),
    ),
]
