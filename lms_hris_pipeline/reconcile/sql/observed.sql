-- grain: the batch, one row
-- An entity of which nothing is known counts as incomplete.
with hris as (
    select
        coalesce(bool_and(extracts.is_complete) filter (where extracts.entity = 'workers'), false) as has_all_workers,
        coalesce(bool_and(extracts.is_complete) filter (where extracts.entity = 'learning_records'), false)
            as has_all_training_records
    from raw_hris.extracts as extracts
),

lms as (
    select
        coalesce(bool_and(extracts.is_complete) filter (where extracts.entity = 'users'), false) as has_all_learners,
        coalesce(bool_and(extracts.is_complete) filter (where extracts.entity = 'enrolments'), false)
            as has_all_enrolments,
        coalesce(bool_and(extracts.is_complete) filter (where extracts.entity = 'certificates'), false)
            as has_all_certificates,
        coalesce(bool_and(extracts.is_complete) filter (where extracts.entity = 'courses'), false) as has_all_courses,
        count(*) filter (where extracts.entity in ('groups', 'group_members') and extracts.is_complete) = 2
            as has_all_groups
    from raw_lms.extracts as extracts
)

select
    hris.has_all_workers,
    lms.has_all_learners,
    lms.has_all_enrolments,
    lms.has_all_certificates,
    lms.has_all_courses,
    lms.has_all_groups,
    hris.has_all_training_records
from hris
cross join lms
order by hris.has_all_workers
