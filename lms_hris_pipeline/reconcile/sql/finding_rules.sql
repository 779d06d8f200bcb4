-- grain: one kind of finding in one field; * for every other field
-- What L&D partners read. {hris}, {lms}, {field} and {note} are filled in for each finding.
select
    rules.type,
    rules.field,
    rules.severity,
    rules.suggested_action,
    rules.explanation
from (
    values
    ('missing_account', '*', 'high', 'Approve the proposed account; where none is proposed, complete the work e-mail in HR first.', 'HR says {hris}, but the learning system has no account for this person. {note}'),
    ('orphan_account', '*', 'high', 'Name the worker it belongs to, mark it as external or service, or approve switching it off.', 'The account is active, but no worker in HR belongs to it.'),
    ('leaver_active', '*', 'critical', 'Approve switching the account off; its training history stays.', 'HR says {hris}, but the account can still log in. {note}'),
    ('worker_inactive', '*', 'high', 'Approve switching the account on again.', 'HR says {hris}, but the account is switched off, so the person cannot learn.'),
    ('duplicate_account', '*', 'medium', 'Check that both accounts are one person, then approve the merge, which keeps what both have completed; where none is proposed, join them by hand.', 'HR says {hris}, and the person already has the account {lms}; this is a second one. {note}'),
    ('account_deleted', '*', 'high', 'Find out who deleted the account and why; restore it, or remove the recorded link so that a new one is created.', 'A recorded account of this person is gone from the learning system. HR says {hris}. No new one is created by itself, because its training history would be lost.'),
    ('identity_review', '*', 'high', 'Decide whether the account and the worker are the same person.', 'The account may belong to this worker, but the evidence does not settle it. Until somebody decides, neither is changed. {note}'),
    ('value_mismatch', 'email', 'medium', 'Approve the update; if HR is wrong, correct it there.', 'HR has the e-mail {hris}, the account {lms}.'),
    ('value_mismatch', 'username', 'medium', 'Approve the update and tell the person: they log in with the new name.', 'By the user-name rule it should be {hris}; the account has {lms}.'),
    ('value_mismatch', 'employee_number', 'medium', 'Approve the update; if two people seem exchanged, correct HR first.', 'HR has the employee number {hris}, the account {lms}.'),
    ('value_mismatch', 'job_profile', 'medium', 'Approve the update: required training follows the job profile.', 'HR has the job profile {hris}, the account {lms}.'),
    ('value_mismatch', 'cost_center', 'medium', 'Approve the update: training costs follow the cost centre.', 'HR has the cost centre {hris}, the account {lms}.'),
    ('value_mismatch', 'manager', 'medium', 'Approve the update: the manager sees and approves the team''s training.', 'HR names the manager {hris}; the account has {lms}.'),
    ('value_mismatch', 'groups', 'medium', 'Approve the change of groups; if the mapping is wrong, correct the rule in the settings, or reject it in `lms-hris roles review`.', 'The job calls for the groups {hris}; the account is in {lms}.'),
    ('value_mismatch', 'branch', 'medium', 'Approve the move; enrolment rules of the new branch may fire.', 'HR has the organisation {hris}; the account is in branch {lms}.'),
    ('value_mismatch', 'location', 'medium', 'Approve the update; automatic groups follow it within hours.', 'HR has the location {hris}, the account {lms}.'),
    ('value_mismatch', '*', 'low', 'Approve the update; if HR is wrong, correct it there.', 'HR has the {field} {hris}, the account {lms}.'),
    ('username_taken', '*', 'high', 'Rename or merge the account that holds the name, or correct the e-mail in HR.', 'The user name {hris} is wanted here, but {note} has it.'),
    ('hr_value_missing', 'email', 'high', 'Ask HR to enter the work e-mail.', 'HR has no work e-mail for this person; the learning system has {lms}. Without one no account can be created, and an existing one keeps its address.'),
    ('hr_value_missing', '*', 'medium', 'Ask HR to enter the {field}.', 'HR has no {field} for this person; the learning system has {lms} and keeps it.'),
    ('manager_without_account', '*', 'medium', 'Correct the manager in HR, or see to the manager''s account.', 'HR names the manager {hris}, who is not in scope or has no account; the account keeps the manager it has ({lms}).'),
    ('manager_cycle', '*', 'medium', 'Correct the managers in HR; one person of the circle reports to the wrong one.', 'By way of the manager {hris} this person reports to themselves. This is a matter of HR alone: the manager in the learning system is left as it is.'),
    ('cost_center_closed', '*', 'high', 'Ask finance which cost centre replaces {hris}, and have HR move its people.', 'The cost centre {hris} is closed, but the person is still assigned to it. This is a matter of HR alone: the learning system follows it.'),
    ('completion_missing_hris', '*', 'medium', 'Approve writing the completion to the HR system.', 'The learning system holds a completion of {field} on {lms} that HR has no record of.'),
    ('completion_missing_lms', '*', 'medium', 'Approve writing the completion to the learning system.', 'HR holds a completion of {field} on {hris} that the learning system lacks.'),
    ('completion_unmapped', '*', 'medium', 'Say in the course catalogue which current course {field} is equivalent to.', 'Completed on {lms}, but {field} is retired or unknown and no course is named as its equivalent, so it counts for nothing.'),
    ('skill_missing_hris', '*', 'low', 'Approve adding the skill to the HR profile.', 'A completed course shows the skill {field}, which is not on the HR profile. {note}'),
    ('skill_level_higher', '*', 'low', 'Raise the level on the HR profile, or leave it if you know better.', 'HR has the skill {field} at level {hris}; training shows level {lms}. {note}'),
    ('skill_level_contradicted', '*', 'medium', 'Ask the person and their manager before the skill is relied on; correct the level on the HR profile if need be.', 'HR has the skill {field} at level {hris}, but the person failed a course of no higher level on {lms}. {note}'),
    ('skill_level_unmapped', 'course_level', 'low', 'Say what the word means under [[skills.levels]] in the settings, or correct the course.', 'Courses say the level "{lms}", which no proficiency scale knows; they count as level 1.'),
    ('skill_level_unmapped', '*', 'low', 'Say what the word means under [[skills.levels]] in the settings, or correct the HR profiles.', 'HR profiles say the level "{hris}", which no proficiency scale knows; it counts as no level.'),
    ('skill_tag_review', '*', 'low', 'Choose the skill that the tag means, or say that it means none.', 'The tag "{lms}" may mean a skill of the framework, but not surely enough to use it. {note}'),
    ('skill_tag_unmapped', '*', 'low', 'Map the tag by hand, or leave it if it is no skill.', 'The tag "{lms}" comes near no skill of the framework.'),
    ('job_recommended', '*', 'low', 'Talk with the person and their manager; a job or pay change is entered in HR by a person, or the advice is rejected.', 'The person shows all that the job profile {field} calls for; HR has the job profile {hris}. {note}'),
    ('invoice_unallocated', '*', 'high', 'Name a cost centre for the line, or correct its course or contract.', 'Line {hris} cannot be charged to anybody: {note}')
) as rules(type, field, severity, suggested_action, explanation)
order by rules.type, rules.field
