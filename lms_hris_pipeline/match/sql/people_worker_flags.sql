-- grain: one worker record: whether its e-mail is that of more than $most_holders people, and so nobody's own
with shared_emails as (
    select lower(trim(workers.email)) as email
    from people_given_workers as workers
    where lower(trim(workers.email)) <> ''
    group by lower(trim(workers.email))
    having count(distinct workers.person_no) > $most_holders
)

select
    workers.worker_no,
    shared_emails.email is not null as is_email_shared
from people_given_workers as workers
left join shared_emails on shared_emails.email = lower(trim(workers.email))
order by workers.worker_no
