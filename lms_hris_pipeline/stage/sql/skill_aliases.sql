-- grain: one alias of one skill
with received as (
    select
        nullif(trim(skills.record ->> '$.Skill_ID'), '') as skill_id,
        entries.entry
    from raw_hris.skills as skills
    cross join unnest(from_json(skills.record -> '$.Aliases_group', '[{"Alias":"VARCHAR"}]')) as entries(entry)
)

select distinct
    received.skill_id,
    trim(received.entry['Alias']) as alias
from received
where received.skill_id is not null and trim(received.entry['Alias']) <> ''
order by received.skill_id, alias
