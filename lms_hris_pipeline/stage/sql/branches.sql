-- grain: one branch
with received as (
    select
        from_json(branches.record, '{"id":"VARCHAR","code":"VARCHAR","title":"VARCHAR","parent_id":"VARCHAR"}') as entry,
        branches.record::varchar as text
    from raw_lms.branches as branches
)

select
    trim(received.entry['id']) as branch_id_lms,
    nullif(trim(received.entry['code']), '') as branch_code,
    nullif(trim(received.entry['title']), '') as title,
    nullif(nullif(trim(received.entry['parent_id']), ''), '0') as parent_branch_id_lms
from received
where nullif(trim(received.entry['id']), '') is not null
qualify row_number() over (partition by trim(received.entry['id']) order by received.text) = 1
order by branch_id_lms
