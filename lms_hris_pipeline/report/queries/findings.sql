-- grain: one exception, with the names of the people, things and changes that its ids stand for
with exceptions as (
    select
        exceptions.exception_id,
        exceptions.type,
        exceptions.severity,
        exceptions.worker_id_hris,
        exceptions.learner_id_lms,
        exceptions.field,
        exceptions.hris_value,
        exceptions.lms_value,
        exceptions.root_cause,
        exceptions.suggested_action,
        exceptions.explanation,
        exceptions.wish_id,
        split_part(exceptions.root_cause, ':', 1) as cause_kind,
        substr(exceptions.root_cause, length(split_part(exceptions.root_cause, ':', 1)) + 2) as cause_key,
        case when exceptions.field = 'manager' then exceptions.hris_value end as named_worker_id_hris,
        case
            when exceptions.field = 'manager' or exceptions.type in ('duplicate_account', 'username_taken')
                then exceptions.lms_value
        end as named_learner_id_lms
    from reconcile.exceptions as exceptions
),

workers as (
    select
        workers.worker_id_hris,
        workers.employee_number,
        nullif(concat_ws(' ', workers.first_name, workers.last_name), '') as name
    from canonical.workers as workers
),

learners as (
    select
        learners.learner_id_lms,
        learners.username,
        nullif(concat_ws(' ', learners.first_name, learners.last_name), '') as name
    from canonical.learners as learners
),

codes as (
    select
        'cost_center' as field,
        cost_centers.cost_center_id as code,
        cost_centers.name
    from canonical.cost_centers as cost_centers
    union all
    select
        'location' as field,
        locations.location_id as code,
        locations.name
    from canonical.locations as locations
    union all
    select
        'job_profile' as field,
        job_profiles.job_profile_id as code,
        job_profiles.name
    from canonical.job_profiles as job_profiles
    union all
    select
        fields.field,
        organizations.supervisory_organization_id as code,
        organizations.name
    from canonical.supervisory_organizations as organizations
    cross join (values ('department'), ('branch')) as fields(field)
)

select
    exceptions.exception_id,
    exceptions.type,
    exceptions.severity,
    exceptions.worker_id_hris,
    workers.employee_number,
    workers.name as worker_name,
    exceptions.learner_id_lms,
    learners.username,
    learners.name as learner_name,
    employments.cost_center_id,
    exceptions.field,
    coalesce(skills.name, field_courses.name) as field_name,
    exceptions.hris_value,
    coalesce(named_workers.name, hris_codes.name) as hris_value_name,
    exceptions.lms_value,
    coalesce(named_learners.name, lms_codes.name) as lms_value_name,
    exceptions.root_cause,
    coalesce(cause_workers.name, cause_learners.name, cause_cost_centers.name, cause_courses.name) as cause_name,
    exceptions.suggested_action,
    exceptions.explanation,
    exceptions.wish_id,
    matched.evidence,
    deltas.family,
    deltas.entity,
    deltas.operation,
    deltas.risk,
    deltas.is_pilot
from exceptions
left join workers on workers.worker_id_hris = exceptions.worker_id_hris
left join learners on learners.learner_id_lms = exceptions.learner_id_lms
left join canonical.employments as employments on employments.worker_id_hris = exceptions.worker_id_hris
left join canonical.framework_skills as skills
    on exceptions.type in ('skill_missing_hris', 'skill_level_higher', 'skill_level_contradicted') and skills.skill_id = exceptions.field
left join canonical.courses as field_courses
    on exceptions.type like 'completion%' and field_courses.course_code = exceptions.field
left join workers as named_workers on named_workers.worker_id_hris = exceptions.named_worker_id_hris
left join learners as named_learners on named_learners.learner_id_lms = exceptions.named_learner_id_lms
left join codes as hris_codes on hris_codes.field = exceptions.field and hris_codes.code = exceptions.hris_value
left join codes as lms_codes on lms_codes.field = exceptions.field and lms_codes.code = exceptions.lms_value
left join workers as cause_workers
    on
        exceptions.cause_kind in ('worker', 'manager', 'manager_cycle')
        and cause_workers.worker_id_hris = exceptions.cause_key
left join learners as cause_learners
    on exceptions.cause_kind = 'learner' and cause_learners.learner_id_lms = exceptions.cause_key
left join canonical.cost_centers as cause_cost_centers
    on exceptions.cause_kind = 'cost_center' and cause_cost_centers.cost_center_id = exceptions.cause_key
left join canonical.courses as cause_courses
    on exceptions.cause_kind = 'course' and cause_courses.course_code = exceptions.cause_key
left join match.people as matched
    on
        exceptions.type = 'identity_review'
        and matched.learner_id_lms = exceptions.learner_id_lms
        and matched.worker_id_hris = exceptions.worker_id_hris
left join reconcile.proposed_deltas as deltas on deltas.wish_id = exceptions.wish_id
order by exceptions.exception_id
