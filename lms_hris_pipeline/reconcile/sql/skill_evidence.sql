-- grain: one completion of one person in scope that tells of one skill
-- A completion that HR holds and the learning system is to get counts already: else its skill would come a night later.
-- The level is the course's where the score reaches the full mark or a certificate stands for it, one less where the
-- score only passes, and none where nothing but attendance is known. It fades with the years, not below the first,
-- unless a certificate is in force. A certificate that ran out halves the confidence; nothing is taken away.
with meanings as (
    select
        skills.tag,
        skills.skill_id,
        skills.confidence
    from match.skills as skills
    where skills.decision = 'accept' and skills.skill_id is not null
),

calendar as (
    select timezone($firm_time_zone, timezone('UTC', $as_of::timestamp))::date as today_date
),

certified as (
    select
        certificates.learner_id_lms,
        courses.course_code,
        certificates.certification_id_lms,
        certificates.issued_date,
        certificates.expires_date
    from canonical.certificates as certificates
    inner join canonical.certification_courses as courses
        on courses.certification_id_lms = certificates.certification_id_lms
    qualify row_number() over (
        partition by certificates.learner_id_lms, courses.course_code
        order by certificates.expires_date desc nulls first, certificates.certification_id_lms
    ) = 1
),

completed as (
    select
        accounts.current_worker_id_hris as worker_id_hris,
        accounts.primary_learner_id_lms as learner_id_lms,
        'enrolment:' || completions.enrolment_id_lms as evidence_id,
        completions.course_code,
        completions.completed_date,
        completions.score_pct,
        certified.certification_id_lms,
        certified.expires_date
    from canonical.completions as completions
    inner join reconcile.person_accounts as accounts on accounts.learner_id_lms = completions.learner_id_lms
    left join certified
        on
            certified.learner_id_lms = completions.learner_id_lms
            and certified.course_code = completions.course_code
            and (certified.issued_date is null or certified.issued_date >= completions.completed_date)
    union all
    select
        gaps.worker_id_hris,
        gaps.learner_id_lms,
        'training_record:' || gaps.course_code || '@' || strftime(gaps.completed_date, '%Y-%m-%d') as evidence_id,
        gaps.course_code,
        gaps.completed_date,
        gaps.score_pct,
        null as certification_id_lms,
        null as expires_date
    from reconcile.completion_gaps as gaps
    where gaps.gap = 'missing_lms'
),

told as (
    select
        completed.worker_id_hris,
        meanings.skill_id,
        completed.evidence_id,
        completed.learner_id_lms,
        completed.course_code,
        course_skills.tag,
        completed.completed_date,
        completed.score_pct,
        completed.certification_id_lms,
        completed.expires_date,
        -- a course that says nothing, or what nobody knows, counts as the first level
        greatest(coalesce(levels.level, 1), 1) as course_level,
        coalesce(levels.version, 'none') as levels_version,
        meanings.confidence
    from completed
    inner join canonical.employments as employments
        on employments.worker_id_hris = completed.worker_id_hris and employments.is_in_scope
    inner join canonical.course_skills as course_skills on course_skills.course_code = completed.course_code
    inner join meanings on meanings.tag = course_skills.tag
    left join canonical.courses as courses on courses.course_code = completed.course_code
    left join canonical.proficiency_levels as levels
        on levels.scale = 'course' and levels.said = lower(courses.level_said)
    qualify row_number() over (
        partition by completed.worker_id_hris, meanings.skill_id, completed.evidence_id
        order by meanings.confidence desc, course_skills.tag
    ) = 1
),

judged as (
    select
        told.worker_id_hris,
        told.skill_id,
        told.evidence_id,
        told.learner_id_lms,
        told.course_code,
        told.tag,
        told.completed_date,
        told.score_pct,
        told.certification_id_lms,
        told.expires_date,
        told.course_level,
        told.levels_version,
        told.confidence,
        case
            when told.score_pct is null and told.certification_id_lms is null then 'attendance'
            when told.certification_id_lms is not null then 'certification'
            else 'assessment'
        end as source,
        told.score_pct is null or told.score_pct >= $min_score_pct::decimal(6, 2) as is_passed,
        told.score_pct is null or told.score_pct >= $full_level_pct::decimal(6, 2) as is_full,
        coalesce(told.expires_date < calendar.today_date, false) as is_expired,
        greatest(calendar.today_date - told.completed_date, 0)::integer // $fade_days::integer as fadings
    from told
    cross join calendar
)

select
    judged.worker_id_hris,
    judged.skill_id,
    judged.evidence_id,
    judged.source,
    judged.learner_id_lms,
    judged.course_code,
    judged.tag,
    judged.completed_date,
    judged.score_pct,
    judged.certification_id_lms,
    judged.expires_date,
    judged.is_passed,
    judged.is_expired,
    judged.course_level,
    case
        when judged.source = 'attendance' or not judged.is_passed then 0
        else greatest(
            1,
            judged.course_level
            - case when judged.source = 'certification' or judged.is_full then 0 else 1 end
            - case when judged.source = 'certification' and not judged.is_expired then 0 else judged.fadings end
        )
    end::integer as level,
    (judged.confidence * case when judged.is_expired then 0.5 else 1.0 end)::decimal(7, 6) as confidence,
    judged.levels_version
from judged
order by judged.worker_id_hris, judged.skill_id, judged.evidence_id
