-- grain: the batch, one row
-- Who is in no group can only be told where people, accounts, groups and memberships were all read to the end.
with hris as (
    select coalesce(bool_and(extracts.is_complete), false) as is_complete
    from raw_hris.extracts as extracts
    where extracts.entity = 'workers'
),

lms as (
    select count(*) filter (where extracts.is_complete) = 3 as is_complete
    from raw_lms.extracts as extracts
    where extracts.entity in ('users', 'groups', 'group_members')
)

select hris.is_complete and lms.is_complete as has_all_memberships
from hris
cross join lms
order by has_all_memberships
