-- grain: one account and one way to be named whose worker shares a number, an address or both names with it
-- `rules` says which: 1 number, 2 address, 4 both names, in either order. Numbers and addresses always count; names
-- that very many share are left to narrower rules.
with account_numbers as (
    select
        accounts.account_no,
        coalesce(case when len(accounts.digits) >= 3 then accounts.digits end, accounts.number) as number
    from people_accounts as accounts
    where accounts.number is not null
),

worker_numbers as (
    select
        workers.worker_no,
        coalesce(case when len(workers.digits) >= 3 then workers.digits end, workers.number) as number
    from people_workers as workers
    where workers.number is not null
    union
    select
        formers.worker_no,
        coalesce(
            case when len(regexp_replace(formers.number, '[^0-9]', '', 'g')) >= 3
                then ltrim(regexp_replace(formers.number, '[^0-9]', '', 'g'), '0') end,
            formers.number
        ) as number
    from (
        select
            workers.worker_no,
            unnest(workers.former_numbers) as number
        from people_workers as workers
        where workers.former_numbers is not null
    ) as formers
),

account_emails as (
    select accounts.account_no, accounts.email from people_accounts as accounts where accounts.email is not null
    union all
    select
        accounts.account_no,
        accounts.other_email as email
    from people_accounts as accounts
    where accounts.other_email is not null
),

worker_emails as (
    select workers.worker_no, workers.email from people_workers as workers where workers.email is not null
    union
    select
        workers.worker_no,
        unnest(workers.former_emails) as email
    from people_workers as workers
    where workers.former_emails is not null
),

account_names as (
    select
        accounts.account_no,
        least(accounts.first_skeleton, accounts.last_skeleton) as one_name,
        greatest(accounts.first_skeleton, accounts.last_skeleton) as other_name
    from people_accounts as accounts
    where accounts.first_skeleton is not null and accounts.last_skeleton is not null
),

way_names as (
    select
        ways.way_no,
        least(ways.first_skeleton, ways.last_skeleton) as one_name,
        greatest(ways.first_skeleton, ways.last_skeleton) as other_name
    from people_ways as ways
    where ways.first_skeleton is not null and ways.last_skeleton is not null
),

account_name_sizes as (
    select names.one_name, names.other_name, count(*) as size
    from account_names as names
    group by names.one_name, names.other_name
),

name_blocks as (
    select
        way_sizes.one_name,
        way_sizes.other_name
    from (
        select names.one_name, names.other_name, count(*) as size
        from way_names as names
        group by names.one_name, names.other_name
    ) as way_sizes
    inner join account_name_sizes as account_sizes
        on account_sizes.one_name = way_sizes.one_name and account_sizes.other_name = way_sizes.other_name
    where way_sizes.size * account_sizes.size <= $max_block_pairs
),

found as (
    select
        account_numbers.account_no,
        ways.way_no,
        1 as rule
    from account_numbers
    inner join worker_numbers on worker_numbers.number = account_numbers.number
    inner join people_ways as ways on ways.worker_no = worker_numbers.worker_no
    union all
    select
        account_emails.account_no,
        ways.way_no,
        2 as rule
    from account_emails
    inner join worker_emails on worker_emails.email = account_emails.email
    inner join people_ways as ways on ways.worker_no = worker_emails.worker_no
    union all
    select
        account_names.account_no,
        way_names.way_no,
        4 as rule
    from name_blocks
    inner join account_names
        on account_names.one_name = name_blocks.one_name and account_names.other_name = name_blocks.other_name
    inner join way_names
        on way_names.one_name = name_blocks.one_name and way_names.other_name = name_blocks.other_name
)

select
    found.account_no,
    found.way_no,
    bit_or(found.rule)::utinyint as rules
from found
group by found.account_no, found.way_no
