-- grain: one distinct first or last name of those to be compared, as written, whose forms are not known yet
select distinct names.name
from (
    select accounts.first_name as name from people_chosen_accounts as accounts
    union all
    select accounts.last_name as name from people_chosen_accounts as accounts
    union all
    select ways.first_name as name from people_chosen_names as ways
    union all
    select ways.last_name as name from people_chosen_names as ways
) as names
anti join people_forms as forms on forms.name = names.name
where names.name is not null
order by names.name
