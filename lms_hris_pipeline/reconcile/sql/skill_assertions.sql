-- grain: one skill of one person in scope, by the latest completion that shows it
-- A completion that HR holds and the learning system is to get counts already: else its skill would come a night later.
with meanings as (
    select
        skills.tag,
        skills.skill_id,
        skills.confidence
    from match.skills as skills
    where skills.decision = 'accept' and skills.skill_id is not null
),

completed as (
    select
        accounts.current_worker_id_hris as worker_id_hris,
        accounts.primary_learner_id_lms as learner_id_lms,
        completions.course_code,
        completions.completed_date,
        completions.score_pct
    from canonical.completions as completions
    inner join reconcile.person_accounts as accounts on accounts.learner_id_lms = completions.learner_id_lms
    union all
    select
        gaps.worker_id_hris,
        gaps.learner_id_lms,
        gaps.course_code,
        gaps.completed_date,
        gaps.score_pct
    from reconcile.completion_gaps as gaps
    where gaps.gap = 'missing_lms'
),

shown as (
    select
        completed.worker_id_hris,
        meanings.skill_id,
        completed.learner_id_lms,
        completed.course_code,
        course_skills.tag,
        completed.completed_date,
        completed.score_pct,
        meanings.confidence
    from completed
    inner join canonical.employments as employments
        on employments.worker_id_hris = completed.worker_id_hris and employments.is_in_scope
    inner join canonical.course_skills as course_skills on course_skills.course_code = completed.course_code
    inner join meanings on meanings.tag = course_skills.tag
    where completed.score_pct is null or completed.score_pct >= $min_score_pct::decimal(6, 2)
),

latest as (
    select
        shown.worker_id_hris,
        shown.skill_id,
        shown.learner_id_lms,
        shown.course_code,
        shown.tag,
        shown.completed_date,
        shown.score_pct,
        shown.confidence
    from shown
    qualify row_number() over (
        partition by shown.worker_id_hris, shown.skill_id
        order by
            shown.completed_date desc,
            shown.confidence desc,
            shown.course_code,
            shown.tag,
            shown.score_pct desc nulls last
    ) = 1
),

on_record as (
    select distinct
        worker_skills.worker_id_hris,
        coalesce(worker_skills.skill_id, meanings.skill_id) as skill_id
    from canonical.worker_skills as worker_skills
    left join meanings on meanings.tag = worker_skills.tag
)

select
    latest.worker_id_hris,
    latest.skill_id,
    latest.learner_id_lms,
    latest.course_code,
    latest.tag,
    latest.completed_date,
    latest.score_pct,
    latest.confidence,
    on_record.worker_id_hris is not null as is_on_record
from latest
left join on_record on on_record.worker_id_hris = latest.worker_id_hris and on_record.skill_id = latest.skill_id
order by latest.worker_id_hris, latest.skill_id
