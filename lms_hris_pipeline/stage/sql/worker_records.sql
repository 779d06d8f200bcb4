-- grain: one worker record
-- A worker comes once for every location they ever had a job in: the copy fetched last counts.
-- Few come twice: ranking those alone takes a fifth of the time of ranking all (100,000 records).
with named as materialized (
    select
        nullif(trim(workers.record ->> '$.Worker_WID'), '') as worker_id_hris,
        workers.record_no,
        workers.fetched_at
    from raw_hris.workers as workers
),

repeated as (
    select named.worker_id_hris
    from named
    where named.worker_id_hris is not null
    group by named.worker_id_hris
    having count(*) > 1
),

chosen as (
    select
        named.worker_id_hris,
        named.record_no
    from named
    anti join repeated on repeated.worker_id_hris = named.worker_id_hris
    where named.worker_id_hris is not null
    union all
    (
        select
            named.worker_id_hris,
            named.record_no
        from named
        semi join repeated on repeated.worker_id_hris = named.worker_id_hris
        inner join raw_hris.workers as workers on workers.record_no = named.record_no
        qualify row_number() over (
            partition by named.worker_id_hris
            order by named.fetched_at desc, workers.record::varchar, named.record_no
        ) = 1
    )
)

select
    chosen.worker_id_hris,
    chosen.record_no
from chosen
order by chosen.worker_id_hris
