-- grain: one account to be compared, its fields in the form in which they are compared
-- An e-mail or a number that others share says nothing about who it is: null.
with own as (
    select
        accounts.account_no,
        case when not accounts.is_email_shared then email_key(accounts.email) end as email,
        case
            when not accounts.is_other_email_shared
                and email_key(accounts.other_email) <> coalesce(email_key(accounts.email), '')
                then email_key(accounts.other_email)
        end as other_email,
        coalesce(email_key(accounts.email), email_key(accounts.other_email)) is not null as has_email,
        case when not accounts.is_number_shared then number_key(accounts.employee_number) end as number,
        case when not accounts.is_number_shared then number_stem(accounts.employee_number) end as number_stem
    from people_chosen_accounts as accounts
)

select
    accounts.account_no,
    coalesce(first_forms.name_no, -1) as first_no,
    coalesce(last_forms.name_no, -1) as last_no,
    first_forms.folded_key as first_folded,
    first_forms.skeleton_key as first_skeleton,
    first_forms.skeleton as first,
    first_forms.tokens as first_tokens,
    first_forms.roots,
    last_forms.folded_key as last_folded,
    last_forms.skeleton_key as last_skeleton,
    last_forms.skeleton as last,
    last_forms.tokens as last_tokens,
    own.number,
    own.number_stem,
    digits_of(own.number) as digits,
    coalesce(regexp_matches(own.number, '[A-Z]'), false) as has_letter,
    own.email,
    own.other_email,
    split_part(own.email, '@', 1) as mailbox,
    split_part(own.other_email, '@', 1) as other_mailbox,
    mailbox_stem(split_part(own.email, '@', 1)) as mailbox_stem,
    mailbox_stem(split_part(own.other_email, '@', 1)) as other_mailbox_stem,
    letters_of(split_part(own.email, '@', 1)) as mailbox_letters,
    letters_of(split_part(own.other_email, '@', 1)) as other_mailbox_letters,
    split_part(own.email, '@', 2) as domain,
    is_private(split_part(own.email, '@', 2)) as is_private,
    own.has_email and own.email is null and own.other_email is null as is_email_shared,
    accounts.hire_date,
    lower(trim(accounts.department)) as department,
    accounts.location,
    accounts.cost_center,
    number_key(accounts.manager_number) as manager_number,
    lower(trim(accounts.manager_email)) as manager_email,
    lower(trim(accounts.job_title)) as job_title,
    coalesce(regexp_matches(accounts.job_title, '[0-9]'), false) as title_has_digit,
    lower(accounts.worker_type) as worker_type,
    accounts.created_at::date as created_date,
    nullif(regexp_replace(accounts.birth_date, '[^0-9]', '', 'g'), '') as birth_date,
    address_key(accounts.house_number) as house_number,
    address_key(accounts.street) as street,
    address_key(accounts.postcode) as postcode,
    address_key(accounts.city) as city,
    address_key(accounts.state) as state
from people_chosen_accounts as accounts
inner join own on own.account_no = accounts.account_no
left join people_forms as first_forms on first_forms.name = accounts.first_name
left join people_forms as last_forms on last_forms.name = accounts.last_name
