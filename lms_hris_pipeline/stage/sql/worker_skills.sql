-- grain: one skill entry of one worker record
-- Entries have no id of their own in the report: they are numbered by skill, words and level, equal ones kept once.
with received as (
    select
        records.worker_id_hris,
        workers.record
    from canonical.worker_records as records
    inner join raw_hris.workers as workers on workers.record_no = records.record_no
),

entries as materialized (
    select
        received.worker_id_hris,
        unnest(from_json(received.record -> '$.Skills_group', '[{"Skill_ID":"VARCHAR","Skill_Name":"VARCHAR","Skill_Level":"VARCHAR"}]')) as item
    from received
),

named as (
    select distinct
        entries.worker_id_hris,
        nullif(trim(entries.item['Skill_ID']), '') as skill_id,
        coalesce(nullif(trim(entries.item['Skill_Name']), ''), nullif(trim(entries.item['Skill_ID']), '')) as tag,
        nullif(trim(entries.item['Skill_Level']), '') as level_said
    from entries
)

select
    named.worker_id_hris,
    row_number() over (
        partition by named.worker_id_hris
        order by named.skill_id nulls last, named.tag, named.level_said nulls last
    )::integer as entry_no,
    named.skill_id,
    named.tag,
    named.level_said
from named
where named.tag is not null
order by named.worker_id_hris, entry_no
