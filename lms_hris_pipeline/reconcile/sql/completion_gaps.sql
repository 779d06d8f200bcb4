-- grain: one completion of one person, in one kind of gap
-- A completion counts for its course's canonical code, on its very day.
with held_in_lms as (
    select
        accounts.current_worker_id_hris as worker_id_hris,
        accounts.person_key,
        accounts.role,
        completions.learner_id_lms,
        completions.course_code,
        completions.canonical_course_code,
        completions.completed_date,
        completions.score_pct
    from canonical.completions as completions
    inner join reconcile.person_accounts as accounts on accounts.learner_id_lms = completions.learner_id_lms
),

held_in_hris as (
    select
        employments.person_key,
        records.canonical_course_code,
        records.completed_date,
        records.score_pct
    from canonical.training_records as records
    inner join canonical.employments as employments on employments.worker_id_hris = records.worker_id_hris
),

-- the first account's row stands for the person where several accounts hold the same completion
missing_hris as (
    select
        'missing_hris' as gap,
        held_in_lms.worker_id_hris,
        held_in_lms.learner_id_lms,
        held_in_lms.canonical_course_code as course_code,
        held_in_lms.completed_date,
        held_in_lms.score_pct,
        'completed' as lms_status,
        'worker:' || held_in_lms.worker_id_hris as target_key
    from held_in_lms
    cross join reconcile.observed as observed
    anti join held_in_hris
        on
            held_in_hris.person_key = held_in_lms.person_key
            and held_in_hris.canonical_course_code = held_in_lms.canonical_course_code
            and held_in_hris.completed_date = held_in_lms.completed_date
    where
        held_in_lms.canonical_course_code is not null
        and observed.has_all_training_records
        and observed.has_all_workers
    -- ranked after the comparison, which leaves few
    qualify row_number() over (
        partition by held_in_lms.person_key, held_in_lms.canonical_course_code, held_in_lms.completed_date
        order by
            held_in_lms.role = 'primary' desc,
            held_in_lms.score_pct desc nulls last,
            held_in_lms.learner_id_lms
    ) = 1
),

-- the learning system has one row an account and course: a completion on another day is left alone
not_held_in_lms as (
    select
        held_in_hris.person_key,
        held_in_hris.canonical_course_code,
        held_in_hris.completed_date,
        held_in_hris.score_pct
    from held_in_hris
    anti join held_in_lms
        on
            held_in_lms.person_key = held_in_hris.person_key
            and held_in_lms.canonical_course_code = held_in_hris.canonical_course_code
),

due_in_lms as (
    select
        wanted.worker_id_hris,
        wanted.learner_id_lms,
        not_held_in_lms.canonical_course_code as course_code,
        not_held_in_lms.completed_date,
        not_held_in_lms.score_pct
    from not_held_in_lms
    cross join reconcile.observed as observed
    inner join canonical.employments as employments
        on employments.person_key = not_held_in_lms.person_key and employments.is_current
    inner join reconcile.wanted_accounts as wanted
        on
            wanted.worker_id_hris = employments.worker_id_hris
            -- an account that is about to be created gets its history with it
            and (wanted.learner_id_lms is not null or wanted.can_be_created)
    inner join canonical.courses as courses
        on courses.course_code = not_held_in_lms.canonical_course_code and courses.is_published
    where
        observed.has_all_learners
        and observed.has_all_enrolments
        and observed.has_all_courses
    -- for the same reason the latest of several is the one to write
    qualify row_number() over (
        partition by not_held_in_lms.person_key, not_held_in_lms.canonical_course_code
        order by not_held_in_lms.completed_date desc, not_held_in_lms.score_pct desc nulls last
    ) = 1
),

-- with the status of the present attempt, where there is one
missing_lms as (
    select
        'missing_lms' as gap,
        due_in_lms.worker_id_hris,
        due_in_lms.learner_id_lms,
        due_in_lms.course_code,
        due_in_lms.completed_date,
        due_in_lms.score_pct,
        min(enrolments.status) as lms_status,
        coalesce('learner:' || due_in_lms.learner_id_lms, 'worker:' || due_in_lms.worker_id_hris) as target_key
    from due_in_lms
    left join canonical.enrolments as enrolments
        on
            enrolments.learner_id_lms = due_in_lms.learner_id_lms
            and enrolments.course_code = due_in_lms.course_code
            and not enrolments.is_archived
    group by
        due_in_lms.worker_id_hris,
        due_in_lms.learner_id_lms,
        due_in_lms.course_code,
        due_in_lms.completed_date,
        due_in_lms.score_pct
),

unmapped as (
    select
        'unmapped' as gap,
        held_in_lms.worker_id_hris,
        held_in_lms.learner_id_lms,
        coalesce(held_in_lms.course_code, '?') as course_code,
        held_in_lms.completed_date,
        max(held_in_lms.score_pct) as score_pct,
        'completed' as lms_status,
        null::varchar as target_key
    from held_in_lms
    cross join reconcile.observed as observed
    where held_in_lms.canonical_course_code is null and observed.has_all_courses
    group by held_in_lms.worker_id_hris, held_in_lms.learner_id_lms, held_in_lms.course_code, held_in_lms.completed_date
),

gaps as (
    select missing_hris.gap, missing_hris.worker_id_hris, missing_hris.learner_id_lms, missing_hris.course_code, missing_hris.completed_date, missing_hris.score_pct, missing_hris.lms_status, missing_hris.target_key, 'add_training_record' as operation from missing_hris
    union all
    select missing_lms.gap, missing_lms.worker_id_hris, missing_lms.learner_id_lms, missing_lms.course_code, missing_lms.completed_date, missing_lms.score_pct, missing_lms.lms_status, missing_lms.target_key, 'enrol' as operation from missing_lms
    union all
    select unmapped.gap, unmapped.worker_id_hris, unmapped.learner_id_lms, unmapped.course_code, unmapped.completed_date, unmapped.score_pct, unmapped.lms_status, unmapped.target_key, 'none' as operation from unmapped
),

settling as (
    select distinct
        pending.target_key,
        pending.operation
    from match.pending_changes as pending
)

select
    gaps.gap,
    gaps.worker_id_hris,
    gaps.learner_id_lms,
    gaps.course_code,
    gaps.completed_date,
    gaps.score_pct,
    gaps.lms_status
from gaps
left join settling on settling.target_key = gaps.target_key and settling.operation = gaps.operation
where settling.target_key is null
order by gaps.gap, gaps.worker_id_hris, gaps.course_code, gaps.completed_date, gaps.learner_id_lms
