-- grain: one account of a person in scope, with what role mappings go by
-- Whoever came back under another worker record is counted by the record that stands for the person now.
select
    people.learner_id_lms,
    profiles.job_family,
    current.job_profile_id as job_profile,
    current.supervisory_organization_id as department,
    current.location_id as location
from match.people as people
inner join canonical.employments as linked on linked.worker_id_hris = people.worker_id_hris
inner join canonical.employments as current
    on current.worker_id_hris = linked.current_worker_id_hris and current.is_in_scope
left join canonical.job_profiles as profiles on profiles.job_profile_id = current.job_profile_id
where people.decision = 'link'
order by people.learner_id_lms
