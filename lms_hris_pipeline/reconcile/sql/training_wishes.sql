-- grain: one wish about a completion, a skill or a job that skills speak for
-- Pairs are members of JSON objects; a null stands for a value that is not known, and is left out.
with records_for_hris as (
    select
        'training_records' as family,
        'hris' as target_system,
        'training_record' as entity,
        'add_training_record' as operation,
        'worker:' || gaps.worker_id_hris as target_key,
        gaps.worker_id_hris,
        gaps.learner_id_lms,
        gaps.course_code || '@' || strftime(gaps.completed_date, '%Y-%m-%d') as subject,
        [
            '"completed_date":' || to_json(strftime(gaps.completed_date, '%Y-%m-%d'))::varchar,
            '"course_code":' || to_json(gaps.course_code)::varchar,
            '"score":' || to_json(rtrim(rtrim(gaps.score_pct::varchar, '0'), '.'))::varchar
        ] as desired_pairs,
        [
            '"completed_date":null',
            '"lms_learner_id":' || to_json(gaps.learner_id_lms)::varchar,
            '"lms_status":"completed"'
        ] as base_pairs,
        'Completed ' || gaps.course_code || ' on ' || strftime(gaps.completed_date, '%Y-%m-%d')
        || ' in the learning system; the HR system has no record of it.' as reason,
        'normal' as risk
    from reconcile.completion_gaps as gaps
    where gaps.gap = 'missing_hris'
),

enrolments as (
    select
        'enrolments' as family,
        'lms' as target_system,
        'completion' as entity,
        'enrol' as operation,
        coalesce('learner:' || gaps.learner_id_lms, 'worker:' || gaps.worker_id_hris) as target_key,
        gaps.worker_id_hris,
        gaps.learner_id_lms,
        gaps.course_code || '@' || strftime(gaps.completed_date, '%Y-%m-%d') as subject,
        [
            '"completed_date":' || to_json(strftime(gaps.completed_date, '%Y-%m-%d'))::varchar,
            '"course_code":' || to_json(gaps.course_code)::varchar,
            '"score":' || to_json(rtrim(rtrim(gaps.score_pct::varchar, '0'), '.'))::varchar,
            '"status":"completed"'
        ] as desired_pairs,
        [
            '"completed_date":null',
            '"status":' || coalesce(to_json(gaps.lms_status)::varchar, 'null')
        ] as base_pairs,
        'The HR system holds the completion of ' || gaps.course_code
        || ' on ' || strftime(gaps.completed_date, '%Y-%m-%d') || '; the learning system does not.' as reason,
        'normal' as risk
    from reconcile.completion_gaps as gaps
    where gaps.gap = 'missing_lms'
),

skills as (
    select
        'skills' as family,
        'hris' as target_system,
        'skill' as entity,
        'add_skill' as operation,
        'worker:' || assertions.worker_id_hris as target_key,
        assertions.worker_id_hris,
        assertions.learner_id_lms,
        assertions.skill_id as subject,
        ['"skill_id":' || to_json(assertions.skill_id)::varchar] as desired_pairs,
        ['"hris_status":' || to_json(employments.status)::varchar, '"skill_id":null'] as base_pairs,
        'Shown by ' || assertions.course_code || ', completed on ' || strftime(assertions.completed_date, '%Y-%m-%d')
        || ' (tag "' || assertions.tag || '"'
        || case when assertions.level > 0 then ', level ' || assertions.level::varchar else '' end || ').' as reason,
        'normal' as risk
    from reconcile.skill_assertions as assertions
    inner join canonical.employments as employments on employments.worker_id_hris = assertions.worker_id_hris
    where not assertions.is_on_record
),

-- advice to a person: no step of publication sends it
recommendations as (
    select
        'skills' as family,
        'hris' as target_system,
        'job' as entity,
        'recommend' as operation,
        'worker:' || readiness.worker_id_hris as target_key,
        readiness.worker_id_hris,
        null::varchar as learner_id_lms,
        readiness.next_job_profile_id as subject,
        ['"job_profile":' || to_json(readiness.next_job_profile_id)::varchar] as desired_pairs,
        [
            '"expected":' || to_json(readiness.expected)::varchar,
            '"job_profile":' || to_json(readiness.job_profile_id)::varchar
        ] as base_pairs,
        'Shows what ' || profiles.name || ' calls for: ' || readiness.shown || '.' as reason,
        'advice' as risk
    from reconcile.job_readiness as readiness
    inner join canonical.job_profiles as profiles on profiles.job_profile_id = readiness.next_job_profile_id
    where readiness.is_ready
)

select
    records_for_hris.family,
    records_for_hris.target_system,
    records_for_hris.entity,
    records_for_hris.operation,
    records_for_hris.target_key,
    records_for_hris.worker_id_hris,
    records_for_hris.learner_id_lms,
    records_for_hris.subject,
    records_for_hris.desired_pairs,
    records_for_hris.base_pairs,
    records_for_hris.reason,
    records_for_hris.risk
from records_for_hris
union all
select
    enrolments.family,
    enrolments.target_system,
    enrolments.entity,
    enrolments.operation,
    enrolments.target_key,
    enrolments.worker_id_hris,
    enrolments.learner_id_lms,
    enrolments.subject,
    enrolments.desired_pairs,
    enrolments.base_pairs,
    enrolments.reason,
    enrolments.risk
from enrolments
union all
select
    skills.family,
    skills.target_system,
    skills.entity,
    skills.operation,
    skills.target_key,
    skills.worker_id_hris,
    skills.learner_id_lms,
    skills.subject,
    skills.desired_pairs,
    skills.base_pairs,
    skills.reason,
    skills.risk
from skills
union all
select
    recommendations.family,
    recommendations.target_system,
    recommendations.entity,
    recommendations.operation,
    recommendations.target_key,
    recommendations.worker_id_hris,
    recommendations.learner_id_lms,
    recommendations.subject,
    recommendations.desired_pairs,
    recommendations.base_pairs,
    recommendations.reason,
    recommendations.risk
from recommendations
order by operation, target_key, subject
