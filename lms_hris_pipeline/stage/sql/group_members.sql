-- grain: one account in one group
with received as (
    select from_json(members.record, '{"group_id":"VARCHAR","user_id":"VARCHAR"}') as entry
    from raw_lms.group_members as members
)

select distinct
    trim(received.entry['group_id']) as group_id_lms,
    trim(received.entry['user_id']) as learner_id_lms
from received
where nullif(trim(received.entry['group_id']), '') is not null and nullif(trim(received.entry['user_id']), '') is not null
order by group_id_lms, learner_id_lms
