-- grain: one pair of names that some compared pair brings together and that sound differently, as first or as last names
select distinct
    accounts.first_no as mine,
    ways.first_no as theirs,
    true as is_first
from people_pairs as pairs
inner join people_accounts as accounts on accounts.account_no = pairs.account_no
inner join people_ways as ways on ways.way_no = pairs.way_no
where accounts.first_skeleton <> ways.first_skeleton
union all
select distinct
    accounts.last_no as mine,
    ways.last_no as theirs,
    false as is_first
from people_pairs as pairs
inner join people_accounts as accounts on accounts.account_no = pairs.account_no
inner join people_ways as ways on ways.way_no = pairs.way_no
where accounts.last_skeleton <> ways.last_skeleton
