-- grain: one chosen account: hashes of its e-mails and its number in the form in which they are compared, null without
select
    accounts.account_no,
    case when email_key(accounts.email) is not null then hash(email_key(accounts.email)) end as email,
    case
        when email_key(accounts.other_email) <> coalesce(email_key(accounts.email), '')
            then hash(email_key(accounts.other_email))
    end as other_email,
    case when number_key(accounts.employee_number) is not null then hash(number_key(accounts.employee_number)) end as number
from people_chosen_accounts as accounts
