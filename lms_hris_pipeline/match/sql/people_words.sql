-- grain: one distinct first or last name of either side, as written
select distinct names.name
from (
    select accounts.first_name as name from people_given_accounts as accounts
    union all
    select accounts.last_name as name from people_given_accounts as accounts
    union all
    select ways.first_name as name from people_given_names as ways
    union all
    select ways.last_name as name from people_given_names as ways
) as names
where names.name is not null
order by names.name
