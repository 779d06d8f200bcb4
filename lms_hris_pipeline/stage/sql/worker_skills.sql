-- grain: one skill entry of one worker record
-- Entries have no id of their own in the report: they are numbered by skill and words, equal ones kept once.
with received as (
    select
        nullif(trim(workers.record ->> '$.Worker_WID'), '') as worker_id_hris,
        workers.record
    from raw_hris.workers as workers
    qualify row_number() over (
        partition by trim(workers.record ->> '$.Worker_WID')
        order by workers.fetched_at desc, workers.record::varchar
    ) = 1
),

entries as materialized (
    select
        received.worker_id_hris,
        unnest(from_json(received.record -> '$.Skills_group', '[{"Skill_ID":"VARCHAR","Skill_Name":"VARCHAR"}]')) as item
    from received
    where received.worker_id_hris is not null
),

named as (
    select distinct
        entries.worker_id_hris,
        nullif(trim(entries.item['Skill_ID']), '') as skill_id,
        coalesce(nullif(trim(entries.item['Skill_Name']), ''), nullif(trim(entries.item['Skill_ID']), '')) as tag
    from entries
)

select
    named.worker_id_hris,
    row_number() over (
        partition by named.worker_id_hris
        order by named.skill_id nulls last, named.tag
    )::integer as entry_no,
    named.skill_id,
    named.tag
from named
where named.tag is not null
order by named.worker_id_hris, entry_no
