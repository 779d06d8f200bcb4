-- grain: one way in which a worker may be named, with the forms of the names and how rare they are
-- Rarity is in bits: how many people go by the name, or by both names together.
with named as (
    select
        ways.way_no,
        ways.worker_no,
        workers.person_no,
        ways.is_former,
        coalesce(first_forms.name_no, -1) as first_no,
        coalesce(last_forms.name_no, -1) as last_no,
        first_forms.folded_no as first_folded,
        first_forms.skeleton_no as first_skeleton,
        first_forms.skeleton as first,
        first_forms.tokens as first_tokens,
        first_forms.roots,
        last_forms.folded_no as last_folded,
        last_forms.skeleton_no as last_skeleton,
        last_forms.skeleton as last,
        last_forms.tokens as last_tokens
    from people_given_names as ways
    inner join people_workers as workers on workers.worker_no = ways.worker_no
    left join people_forms as first_forms on first_forms.name = ways.first_name
    left join people_forms as last_forms on last_forms.name = ways.last_name
),

first_sizes as (
    select named.first_skeleton, count(distinct named.person_no) as size from named group by named.first_skeleton
),

last_sizes as (
    select named.last_skeleton, count(distinct named.person_no) as size from named group by named.last_skeleton
),

pair_sizes as (
    select
        named.first_skeleton,
        named.last_skeleton,
        count(distinct named.person_no) as size
    from named
    group by named.first_skeleton, named.last_skeleton
)

select
    named.*,
    log2(($population + 100) / (first_sizes.size + 1))::float as first_rarity,
    log2(($population + 1000) / (last_sizes.size + 1))::float as last_rarity,
    log2($population / pair_sizes.size)::float as pair_rarity
from named
left join first_sizes on first_sizes.first_skeleton = named.first_skeleton
left join last_sizes on last_sizes.last_skeleton = named.last_skeleton
left join pair_sizes
    on pair_sizes.first_skeleton = named.first_skeleton and pair_sizes.last_skeleton = named.last_skeleton
order by named.way_no
