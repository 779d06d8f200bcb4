-- grain: one account: its e-mails and its number in the form in which they are compared, as far as they are its own
-- What more than $most_holders accounts carry, or an e-mail of very many people, says nothing about who it is: null.
with addresses as (
    select
        accounts.account_no,
        nullif(lower(trim(accounts.email)), '') as email,
        case
            when lower(trim(accounts.other_email)) <> coalesce(lower(trim(accounts.email)), '')
                then lower(trim(accounts.other_email))
        end as other_email,
        number_key(accounts.employee_number) as number
    from people_given_accounts as accounts
),

shared_emails as (
    select held.email
    from (
        select addresses.email from addresses
        union all
        select addresses.other_email as email from addresses
    ) as held
    where held.email is not null
    group by held.email
    having count(*) > $most_holders
    union
    select nullif(lower(trim(workers.email)), '') as email
    from people_given_workers as workers
    inner join people_worker_flags as flags on flags.worker_no = workers.worker_no
    where flags.is_email_shared
),

shared_numbers as (
    select addresses.number
    from addresses
    where addresses.number is not null
    group by addresses.number
    having count(*) > $most_holders
)

select
    addresses.account_no,
    case when first_shared.email is null then addresses.email end as email,
    case when second_shared.email is null then addresses.other_email end as other_email,
    coalesce(addresses.email, addresses.other_email) is not null as has_email,
    case when shared_numbers.number is null then addresses.number end as number
from addresses
left join shared_emails as first_shared on first_shared.email = addresses.email
left join shared_emails as second_shared on second_shared.email = addresses.other_email
left join shared_numbers on shared_numbers.number = addresses.number
order by addresses.account_no
