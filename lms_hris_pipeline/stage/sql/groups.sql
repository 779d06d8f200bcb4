-- grain: one group
-- What fills an automatic group is told where the learning system tells it; such groups are never written.
with received as (
    select
        from_json(groups.record, '{"id":"VARCHAR","name":"VARCHAR","type":"VARCHAR","rule":{"field":"VARCHAR","value":"VARCHAR"}}') as entry,
        groups.record::varchar as text
    from raw_lms.groups as groups
),

latest as (
    select
        trim(received.entry['id']) as group_id_lms,
        coalesce(nullif(trim(received.entry['name']), ''), trim(received.entry['id'])) as name,
        lower(trim(received.entry['type'])) = 'automatic' as is_automatic,
        nullif(trim(received.entry['rule']['field']), '') as rule_field,
        nullif(trim(received.entry['rule']['value']), '') as rule_value
    from received
    where nullif(trim(received.entry['id']), '') is not null
    qualify row_number() over (partition by trim(received.entry['id']) order by received.text) = 1
)

select
    latest.group_id_lms,
    latest.name,
    case when latest.is_automatic then 'automatic' else 'manual' end as kind,
    case when latest.is_automatic then latest.rule_field end as rule_field,
    case when latest.is_automatic then latest.rule_value end as rule_value
from latest
order by latest.group_id_lms
