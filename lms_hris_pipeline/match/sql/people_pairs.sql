-- grain: one account and one way to be named that are compared: of a sure rule, or of a key of few
-- A key that more than $most_ways ways share tells too little and is left out; keys that are no account's are not counted.
with way_side as materialized (
    select keys.record_no, keys.key
    from people_way_keys as keys
    semi join people_account_keys as account_keys on account_keys.key = keys.key
),

common_keys as (
    select way_side.key from way_side group by way_side.key having count(*) > $most_ways
)

select
    found.account_no,
    found.way_no
from (
    select
        account_side.record_no as account_no,
        way_side.record_no as way_no
    from people_account_keys as account_side
    inner join way_side on way_side.key = account_side.key
    anti join common_keys on common_keys.key = account_side.key
    union
    select
        sure.account_no,
        sure.way_no
    from people_sure_pairs as sure
) as found
-- within one table each pair is compared once, and nobody with themselves
where not $is_within or found.account_no < found.way_no
