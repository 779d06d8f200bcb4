-- grain: one account whose owner a person is to settle, with the worker it may be and the next best one
with workers as (
    select
        workers.worker_id_hris,
        workers.employee_number,
        nullif(concat_ws(' ', workers.first_name, workers.last_name), '') as name,
        workers.email,
        job_profiles.name as job,
        organizations.name as department,
        locations.name as location,
        workers.hire_date,
        employments.status
    from canonical.workers as workers
    left join canonical.employments as employments on employments.worker_id_hris = workers.worker_id_hris
    left join canonical.job_profiles as job_profiles on job_profiles.job_profile_id = employments.job_profile_id
    left join canonical.supervisory_organizations as organizations
        on organizations.supervisory_organization_id = employments.supervisory_organization_id
    left join canonical.locations as locations on locations.location_id = employments.location_id
)

select
    people.learner_id_lms,
    learners.username,
    nullif(concat_ws(' ', learners.first_name, learners.last_name), '') as learner_name,
    learners.email as learner_email,
    learners.employee_number as learner_number,
    people.worker_id_hris,
    workers.name as worker_name,
    workers.email as worker_email,
    workers.employee_number,
    workers.status as worker_status,
    workers.job,
    workers.department,
    workers.location,
    workers.hire_date,
    people.score,
    people.reason,
    people.runner_up_worker_id_hris as other_worker_id_hris,
    others.name as other_worker_name,
    others.employee_number as other_employee_number,
    others.status as other_worker_status,
    people.runner_up_score as other_score
from match.people as people
inner join canonical.learners as learners on learners.learner_id_lms = people.learner_id_lms
left join workers on workers.worker_id_hris = people.worker_id_hris
left join workers as others on others.worker_id_hris = people.runner_up_worker_id_hris
where people.decision = 'review'
order by people.score desc nulls last, people.learner_id_lms
