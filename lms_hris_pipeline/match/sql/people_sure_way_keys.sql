-- grain: one way in which a worker may be named and one thing that it shares with hardly anybody, as of accounts
-- Numbers and addresses, former ones too, are the worker's: each of its ways has them.
with numbers as (
    select
        workers.worker_no,
        number_digits(workers.number) as number
    from people_workers as workers
    where workers.number is not null
    union
    select
        workers.worker_no,
        number_digits(workers.number_stem) as number
    from people_workers as workers
    where workers.number_stem is not null
    union
    select
        formers.worker_no,
        number_digits(formers.number) as number
    from (
        select
            workers.worker_no,
            unnest(workers.former_numbers) as number
        from people_workers as workers
        where workers.former_numbers is not null
    ) as formers
),

emails as (
    select workers.worker_no, workers.email from people_workers as workers where workers.email is not null
    union
    select
        workers.worker_no,
        unnest(workers.former_emails) as email
    from people_workers as workers
    where workers.former_emails is not null
)

select
    ways.way_no as record_no,
    hash('1' || numbers.number) as key,
    1::utinyint as rule
from numbers
inner join people_ways as ways on ways.worker_no = numbers.worker_no
union all
select
    ways.way_no as record_no,
    hash('2' || emails.email) as key,
    2::utinyint as rule
from emails
inner join people_ways as ways on ways.worker_no = emails.worker_no
where emails.email is not null
union all
select
    ways.way_no as record_no,
    hash(
        least(ways.first_skeleton, ways.last_skeleton), greatest(ways.first_skeleton, ways.last_skeleton)
    ) as key,
    4::utinyint as rule
from people_ways as ways
where ways.first_skeleton is not null and ways.last_skeleton is not null
