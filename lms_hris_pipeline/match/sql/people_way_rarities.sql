-- grain: one way in which a worker may be named: how rare its names are, in bits: how many people go by them
with first_sizes as (
    select ways.first_skeleton, count(distinct ways.person_no) as size from people_named as ways group by ways.first_skeleton
),

last_sizes as (
    select ways.last_skeleton, count(distinct ways.person_no) as size from people_named as ways group by ways.last_skeleton
),

pair_sizes as (
    select
        ways.first_skeleton,
        ways.last_skeleton,
        count(distinct ways.person_no) as size
    from people_named as ways
    group by ways.first_skeleton, ways.last_skeleton
)

select
    ways.way_no,
    log2(($population + 100) / (first_sizes.size + 1))::float as first_rarity,
    log2(($population + 1000) / (last_sizes.size + 1))::float as last_rarity,
    log2($population / pair_sizes.size)::float as pair_rarity
from people_named as ways
left join first_sizes on first_sizes.first_skeleton = ways.first_skeleton
left join last_sizes on last_sizes.last_skeleton = ways.last_skeleton
left join pair_sizes
    on pair_sizes.first_skeleton = ways.first_skeleton and pair_sizes.last_skeleton = ways.last_skeleton
order by ways.way_no
