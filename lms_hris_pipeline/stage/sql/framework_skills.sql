-- grain: one skill of the firm's framework
with received as (
    select
        from_json(skills.record, '{"Skill_ID":"VARCHAR","Skill_Name":"VARCHAR","Skill_Category":"VARCHAR","Description":"VARCHAR"}') as entry,
        skills.record::varchar as text
    from raw_hris.skills as skills
),

named as (
    select
        nullif(trim(received.entry['Skill_ID']), '') as skill_id,
        nullif(trim(received.entry['Skill_Name']), '') as name,
        nullif(trim(received.entry['Skill_Category']), '') as category,
        nullif(trim(received.entry['Description']), '') as description,
        received.text
    from received
)

select
    named.skill_id,
    coalesce(named.name, named.skill_id) as name,
    named.category,
    named.description
from named
where named.skill_id is not null
qualify row_number() over (partition by named.skill_id order by named.text) = 1
order by named.skill_id
