-- grain: one account and one way to be named whose worker shares a number, an address or both names with it
-- `rules` says which, as in people_sure_account_keys. Numbers and addresses always count; names of more than $most_ways ways
-- are left to narrower rules.
with common_names as (
    select keys.key from people_sure_way_keys as keys where keys.rule = 4 group by keys.key having count(*) > $most_ways
)

select
    account_side.record_no as account_no,
    way_side.record_no as way_no,
    bit_or(account_side.rule)::utinyint as rules
from people_sure_account_keys as account_side
inner join people_sure_way_keys as way_side on way_side.key = account_side.key and way_side.rule = account_side.rule
anti join common_names on common_names.key = account_side.key and account_side.rule = 4
group by account_side.record_no, way_side.record_no
