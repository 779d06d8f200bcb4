-- grain: one account that is looked for more widely and whose keys are not known yet, as people_keys reads it
select
    accounts.account_no as record_no,
    accounts.first,
    accounts.first_tokens[1] as first_token,
    accounts.first_tokens,
    accounts.roots,
    accounts.last,
    accounts.last_tokens,
    consonants_key(accounts.last) as consonants,
    coalesce(accounts.mailbox, accounts.other_mailbox) as mailbox,
    regexp_replace(coalesce(accounts.mailbox, accounts.other_mailbox), '[^a-z]', '', 'g') as letters,
    accounts.department,
    null::varchar as other_department,
    accounts.hire_date,
    null::date as other_hire_date,
    coalesce(accounts.manager_email, accounts.manager_number) as manager,
    accounts.location,
    accounts.job_title,
    accounts.birth_date,
    accounts.street,
    accounts.postcode,
    accounts.city
from people_accounts as accounts
inner join people_keyless as keyless on keyless.account_no = accounts.account_no
