-- grain: one account of kind employee, its fields in the form in which they are compared
-- An e-mail or number that three or more accounts carry says nothing about who they are: it is left out.
with accounts as (
    select
        learners.learner_id_lms,
        learners.first_name,
        learners.last_name,
        learners.is_active,
        learners.created_at,
        learners.worker_type,
        learners.job_profile_id,
        learners.department,
        learners.cost_center_id,
        learners.location_id,
        learners.manager_learner_id_lms,
        learners.hire_date,
        learners.email,
        lower(trim(learners.username)) as username,
        upper(regexp_replace(coalesce(
            learners.employee_number,
            -- a user name such as E004711 is the number where nothing else is
            case when regexp_full_match(trim(learners.username), '[A-Za-z]{0,3}[0-9]{3,}') then learners.username end
        ), '[^0-9A-Za-z]', '', 'g')) as number_text
    from canonical.learners as learners
    where learners.kind = 'employee'
),

addressed as (
    select
        accounts.learner_id_lms,
        list_distinct(list_filter(
            [accounts.email, accounts.username],
            lambda address: regexp_full_match(address, '[^@\s]+@[^@\s]+')
        )) as addresses
    from accounts
),

shared_emails as (
    select addresses.email
    from (
        select
            addressed.learner_id_lms,
            unnest(addressed.addresses) as email
        from addressed
    ) as addresses
    group by addresses.email
    having count(*) > 2
    union
    select workers.email
    from canonical.workers as workers
    where workers.email is not null
    group by workers.email
    having count(distinct workers.person_key) > 2
),

shared_numbers as (
    select accounts.number_text
    from accounts
    group by accounts.number_text
    having count(*) > 2
),

usable_emails as (
    select
        addresses.learner_id_lms,
        list(addresses.email order by addresses.email) as emails
    from (
        select
            addressed.learner_id_lms,
            unnest(addressed.addresses) as email
        from addressed
    ) as addresses
    anti join shared_emails on shared_emails.email = addresses.email
    group by addresses.learner_id_lms
)

select
    row_number() over (order by accounts.learner_id_lms) - 1 as account_no,
    accounts.learner_id_lms,
    coalesce(first_forms.name_no, -1) as first_no,
    coalesce(last_forms.name_no, -1) as last_no,
    first_forms.skeleton as first,
    first_forms.tokens as first_tokens,
    first_forms.roots,
    last_forms.skeleton as last,
    last_forms.tokens as last_tokens,
    accounts.is_active,
    accounts.created_at,
    lower(accounts.worker_type) as worker_type,
    accounts.job_profile_id,
    lower(accounts.department) as department,
    accounts.cost_center_id,
    accounts.location_id,
    case when shared_numbers.number_text is null then nullif(ltrim(accounts.number_text, '0'), '') end as number,
    coalesce(usable_emails.emails, []) as emails,
    len(addressed.addresses) > 0 and usable_emails.emails is null as is_email_shared,
    -- day first where both readings are possible: the year-first form is what the pipeline itself writes
    try_strptime(
        left(accounts.hire_date, 10), ['%Y-%m-%d', '%d.%m.%Y', '%Y/%m/%d', '%d/%m/%Y', '%m/%d/%Y', '%d-%m-%Y', '%Y%m%d']
    )::date as hire_date,
    nullif(ltrim(upper(regexp_replace(managers.employee_number, '[^0-9A-Za-z]', '', 'g')), '0'), '') as manager_number,
    managers.email as manager_email
from accounts
inner join addressed on addressed.learner_id_lms = accounts.learner_id_lms
left join usable_emails on usable_emails.learner_id_lms = accounts.learner_id_lms
left join people_name_forms as first_forms on first_forms.name = accounts.first_name
left join people_name_forms as last_forms on last_forms.name = accounts.last_name
left join shared_numbers on shared_numbers.number_text = accounts.number_text
left join canonical.learners as managers on managers.learner_id_lms = accounts.manager_learner_id_lms
order by accounts.learner_id_lms
