-- grain: one account and one way to be named that are compared: of a sure rule, of a key of few, or as somebody paired
-- Most keys of ways are no account's: they are left out before anything is counted.
with account_side as materialized (
    select distinct keys.record_no, keys.key from people_account_keys as keys
),

account_blocks as (
    select account_side.key, count(*) as size from account_side group by account_side.key
),

way_side as materialized (
    select distinct keys.record_no, keys.key
    from people_way_keys as keys
    semi join account_blocks on account_blocks.key = keys.key
),

way_blocks as (
    select way_side.key, count(*) as size from way_side group by way_side.key
),

blocks as (
    select account_blocks.key
    from account_blocks
    inner join way_blocks on way_blocks.key = account_blocks.key
    where account_blocks.size * way_blocks.size <= $max_block_pairs
)

select
    found.account_no,
    found.way_no
from (
    select
        account_side.record_no as account_no,
        way_side.record_no as way_no
    from blocks
    inner join account_side on account_side.key = blocks.key
    inner join way_side on way_side.key = blocks.key
    union
    select
        sure.account_no,
        sure.way_no
    from people_sure_pairs as sure
    union
    select
        known.account_no,
        known.way_no
    from people_known_pairs as known
) as found
-- within one table each pair is compared once, and nobody with themselves
where not $is_within or found.account_no < found.way_no
order by found.account_no, found.way_no
