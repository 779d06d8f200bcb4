-- grain: one person in scope and one job profile that may follow theirs
-- Only what evidence in force shows counts, not what the record says: nobody is recommended on their own word, nor on
-- what ran out. Profiles that call for nothing, or that HR no longer uses, are recommended to nobody.
with candidates as (
    select distinct
        employments.worker_id_hris,
        employments.job_profile_id,
        rules.next_job_profile_id
    from canonical.employments as employments
    inner join settings_next_jobs as rules on rules.job_profile_id = employments.job_profile_id
    inner join canonical.job_profiles as profiles
        on profiles.job_profile_id = rules.next_job_profile_id and not profiles.is_inactive
    where
        employments.is_current
        and employments.is_in_scope
        and rules.next_job_profile_id <> employments.job_profile_id
),

shown as (
    select
        evidence.worker_id_hris,
        evidence.skill_id,
        max(evidence.level) as level
    from reconcile.skill_evidence as evidence
    where evidence.is_passed and not evidence.is_expired
    group by evidence.worker_id_hris, evidence.skill_id
),

held as (
    select
        candidates.worker_id_hris,
        candidates.job_profile_id,
        candidates.next_job_profile_id,
        expected.skill_id,
        expected.level,
        expected.name,
        shown.level as shown_level,
        coalesce(shown.level >= expected.level, false) as is_reached
    from candidates
    inner join reconcile.expected_skills as expected on expected.job_profile_id = candidates.next_job_profile_id
    left join shown on shown.worker_id_hris = candidates.worker_id_hris and shown.skill_id = expected.skill_id
)

select
    held.worker_id_hris,
    held.next_job_profile_id,
    held.job_profile_id,
    count(*)::integer as expected_count,
    (count(*) filter (where held.is_reached))::integer as reached_count,
    bool_and(held.is_reached) as is_ready,
    string_agg(held.skill_id || ':' || held.level::varchar, '|' order by held.skill_id) as expected,
    string_agg(
        held.name || ' at level ' || coalesce(held.shown_level, 0)::varchar || ' of ' || held.level::varchar,
        ', ' order by held.skill_id
    ) as shown
from held
group by held.worker_id_hris, held.next_job_profile_id, held.job_profile_id
order by held.worker_id_hris, held.next_job_profile_id
