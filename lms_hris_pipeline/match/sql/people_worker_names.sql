-- grain: one way in which a worker may be named: a first name with a last name, the preferred ones first
-- A worker without names has one row without names, so that every worker is there.
with firsts as (
    select
        workers.worker_no,
        unnest(workers.first_names) as name,
        unnest(range(len(workers.first_names))) as name_order
    from people_workers as workers
),

lasts as (
    select
        workers.worker_no,
        unnest(workers.last_names) as name,
        unnest(range(len(workers.last_names))) as name_order
    from people_workers as workers
)

select
    workers.worker_no,
    coalesce(first_forms.name_no, -1) as first_no,
    coalesce(last_forms.name_no, -1) as last_no,
    coalesce(lasts.name_order >= workers.present_last_name_count, false) as is_former,
    first_forms.skeleton as first,
    first_forms.tokens as first_tokens,
    first_forms.roots,
    last_forms.skeleton as last,
    last_forms.tokens as last_tokens
from people_workers as workers
left join firsts on firsts.worker_no = workers.worker_no
left join lasts on lasts.worker_no = workers.worker_no
left join people_name_forms as first_forms on first_forms.name = firsts.name
left join people_name_forms as last_forms on last_forms.name = lasts.name
order by workers.worker_no, lasts.name_order, firsts.name_order
