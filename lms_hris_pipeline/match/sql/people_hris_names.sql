-- grain: one way in which a worker record may be named: a first name with a last name, the preferred ones first
-- A worker without names has one row without names, so that every worker is there.
with named as (
    select
        (row_number() over (order by workers.worker_id_hris) - 1)::integer as worker_no,
        list_filter(
            list_concat(
                [workers.first_name],
                case when workers.legal_first_name <> workers.first_name then [workers.legal_first_name] end
            ),
            lambda name: name is not null
        ) as first_names,
        list_filter(
            list_concat(
                [workers.last_name],
                case when workers.legal_last_name <> workers.last_name then [workers.legal_last_name] end,
                workers.former_last_names
            ),
            lambda name: name is not null
        ) as last_names,
        (workers.last_name is not null)::integer
        + coalesce(workers.legal_last_name <> workers.last_name, false)::integer as present_last_name_count
    from canonical.workers as workers
),

firsts as (
    select
        named.worker_no,
        unnest(named.first_names) as name,
        unnest(range(len(named.first_names))) as name_order
    from named
),

lasts as (
    select
        named.worker_no,
        unnest(named.last_names) as name,
        unnest(range(len(named.last_names))) as name_order
    from named
)

select
    named.worker_no,
    firsts.name as first_name,
    lasts.name as last_name,
    coalesce(lasts.name_order >= named.present_last_name_count, false) as is_former
from named
left join firsts on firsts.worker_no = named.worker_no
left join lasts on lasts.worker_no = named.worker_no
order by named.worker_no, lasts.name_order, firsts.name_order
