-- grain: one group
-- Managed are the manual groups that a line of the role-mapping table names; automatic ones are never written.
with received as (
    select
        from_json(groups.record, '{"id":"VARCHAR","name":"VARCHAR","type":"VARCHAR"}') as entry,
        groups.record::varchar as text
    from raw_lms.groups as groups
),

latest as (
    select
        trim(received.entry['id']) as group_id_lms,
        coalesce(nullif(trim(received.entry['name']), ''), trim(received.entry['id'])) as name,
        case when lower(trim(received.entry['type'])) = 'automatic' then 'automatic' else 'manual' end as kind
    from received
    where nullif(trim(received.entry['id']), '') is not null
    qualify row_number() over (partition by trim(received.entry['id']) order by received.text) = 1
),

source_values as (
    select distinct 'job_family' as source, profiles.job_family as value
    from canonical.job_profiles as profiles
    where profiles.job_family is not null
    union all
    select distinct 'job_profile' as source, profiles.job_profile_id as value
    from canonical.job_profiles as profiles
    union all
    select distinct 'department' as source, organizations.supervisory_organization_id as value
    from canonical.supervisory_organizations as organizations
    union all
    select distinct 'location' as source, locations.location_id as value
    from canonical.locations as locations
),

named_by_rules as (
    select distinct replace(rules.group_name, '{value}', source_values.value) as name
    from settings_role_rules as rules
    inner join source_values on source_values.source = rules.source
    where rules.value = '*'
    union
    select distinct replace(rules.group_name, '{value}', rules.value) as name
    from settings_role_rules as rules
    where rules.value <> '*'
)

select
    latest.group_id_lms,
    latest.name,
    latest.kind,
    latest.kind = 'manual' and named_by_rules.name is not null as is_managed
from latest
left join named_by_rules on named_by_rules.name = latest.name
order by latest.group_id_lms
