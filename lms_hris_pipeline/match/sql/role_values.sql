-- grain: one value of a source of role mappings that HR knows
with families as (
    select distinct profiles.job_family
    from canonical.job_profiles as profiles
    where profiles.job_family is not null
)

select
    'job_family' as source,
    families.job_family as value,
    families.job_family as name
from families
union all
select
    'job_profile' as source,
    profiles.job_profile_id as value,
    profiles.name
from canonical.job_profiles as profiles
union all
select
    'department' as source,
    organizations.supervisory_organization_id as value,
    organizations.name
from canonical.supervisory_organizations as organizations
union all
select
    'location' as source,
    locations.location_id as value,
    locations.name
from canonical.locations as locations
order by source, value
