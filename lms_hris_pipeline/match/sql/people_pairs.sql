-- grain: one account and one worker record that share at least one key, or that somebody paired
-- A key is a letter for its rule and what both must share. A soft key shared by very many tells nothing and is
-- left out; numbers and addresses always count. The rules are there for kinds of noise: swapped names (s), new
-- last names (g, w), slips in names (p, q), second surnames and middle names (t, m), short forms (r).
with account_keys as (
    select
        accounts.account_no,
        unnest(list_concat(
            ['n:' || accounts.number],
            list_transform(accounts.emails, lambda email: 'e:' || email),
            list_transform(accounts.emails, lambda email: 'l:' || nullif(split_part(email, '@', 1), '')),
            [
                'd:' || nullif(regexp_replace(accounts.number, '[^0-9]', '', 'g'), ''),
                's:' || least(accounts.first, accounts.last) || '|' || greatest(accounts.first, accounts.last),
                'a:' || accounts.last || '|' || accounts.first[1],
                'h:' || accounts.last || '|' || accounts.hire_date,
                'g:' || accounts.first_tokens[1] || '|' || accounts.hire_date,
                'o:' || accounts.last || '|' || accounts.department,
                'w:' || accounts.first_tokens[1] || '|' || accounts.department,
                'i:' || accounts.hire_date || '|' || accounts.department,
                'p:' || left(accounts.last, 4) || '|' || accounts.first_tokens[1],
                'q:' || right(accounts.last, 4) || '|' || accounts.first_tokens[1]
            ],
            list_transform(accounts.last_tokens, lambda token: 't:' || token || '|' || accounts.first_tokens[1]),
            list_transform(accounts.first_tokens, lambda token: 'm:' || accounts.last || '|' || token),
            list_transform(accounts.roots, lambda root: 'r:' || accounts.last || '|' || root)
        )) as key
    from people_accounts as accounts
),

worker_keys as (
    select
        workers.worker_no,
        unnest(list_concat(
            list_transform(list_concat([workers.number], workers.former_numbers), lambda number: 'n:' || number),
            list_transform(list_concat([workers.email], workers.former_emails), lambda email: 'e:' || email),
            list_transform(
                list_concat([workers.email], workers.former_emails),
                lambda email: 'l:' || nullif(split_part(email, '@', 1), '')
            ),
            ['d:' || nullif(regexp_replace(workers.number, '[^0-9]', '', 'g'), '')],
            list_transform(workers.hire_dates, lambda hired: 'i:' || hired || '|' || workers.departments[1]),
            list_transform(workers.hire_dates, lambda hired: 'i:' || hired || '|' || workers.departments[2])
        )) as key
    from people_workers as workers
    union all
    select
        names.worker_no,
        unnest(list_concat(
            [
                's:' || least(names.first, names.last) || '|' || greatest(names.first, names.last),
                'a:' || names.last || '|' || names.first[1],
                'p:' || left(names.last, 4) || '|' || names.first_tokens[1],
                'q:' || right(names.last, 4) || '|' || names.first_tokens[1]
            ],
            list_transform(workers.hire_dates, lambda hired: 'h:' || names.last || '|' || hired),
            list_transform(workers.hire_dates, lambda hired: 'g:' || names.first_tokens[1] || '|' || hired),
            list_transform(workers.departments, lambda department: 'o:' || names.last || '|' || department),
            list_transform(workers.departments, lambda department: 'w:' || names.first_tokens[1] || '|' || department),
            list_transform(names.last_tokens, lambda token: 't:' || token || '|' || names.first_tokens[1]),
            list_transform(names.first_tokens, lambda token: 'm:' || names.last || '|' || token),
            list_transform(names.roots, lambda root: 'r:' || names.last || '|' || root)
        )) as key
    from people_worker_names as names
    inner join people_workers as workers on workers.worker_no = names.worker_no
),

-- the hash of a key is enough: two keys that share one by chance only cost a comparison
distinct_account_keys as (
    select distinct
        keys.account_no,
        hash(keys.key) as key,
        keys.key[1] in ('n', 'e') as is_hard
    from account_keys as keys
    where keys.key is not null
),

distinct_worker_keys as (
    select distinct
        keys.worker_no,
        hash(keys.key) as key
    from worker_keys as keys
    where keys.key is not null
),

account_blocks as (
    select
        keys.key,
        bool_or(keys.is_hard) as is_hard,
        count(*) as size
    from distinct_account_keys as keys
    group by keys.key
),

worker_blocks as (
    select
        keys.key,
        count(*) as size
    from distinct_worker_keys as keys
    group by keys.key
),

blocks as (
    select account_blocks.key
    from account_blocks
    inner join worker_blocks on worker_blocks.key = account_blocks.key
    where account_blocks.is_hard or account_blocks.size * worker_blocks.size <= $max_block_pairs
),

pairs as (
    select
        account_side.account_no,
        worker_side.worker_no
    from blocks
    inner join distinct_account_keys as account_side on account_side.key = blocks.key
    inner join distinct_worker_keys as worker_side on worker_side.key = blocks.key
    union
    select
        accounts.account_no,
        workers.worker_no
    from (
        select
            recorded.learner_id_lms,
            recorded.worker_id_hris
        from match.recorded_links as recorded
        union
        select
            decisions.learner_id_lms,
            decisions.worker_id_hris
        from match.pair_decisions as decisions
    ) as known
    inner join people_accounts as accounts on accounts.learner_id_lms = known.learner_id_lms
    inner join people_workers as workers on workers.worker_id_hris = known.worker_id_hris
),

compared as (
    select
        pairs.account_no,
        pairs.worker_no,
        accounts.number as account_number,
        workers.number as worker_number,
        workers.former_numbers,
        accounts.emails,
        workers.email,
        workers.former_emails,
        accounts.is_email_shared or workers.is_email_shared as is_email_shared,
        accounts.hire_date,
        workers.hire_dates,
        accounts.worker_type as account_type,
        workers.worker_type,
        accounts.created_at::date as created_date,
        workers.first_hire_date,
        workers.termination_date,
        list_filter(
            [
                list_contains(workers.departments, accounts.department),
                workers.location_id = accounts.location_id,
                workers.cost_center_id = accounts.cost_center_id,
                workers.job_profile_id = accounts.job_profile_id,
                coalesce(workers.manager_number = accounts.manager_number, false)
                or workers.manager_email = accounts.manager_email
            ],
            lambda agrees: agrees is not null
        ) as places
    from pairs
    inner join people_accounts as accounts on accounts.account_no = pairs.account_no
    inner join people_workers as workers on workers.worker_no = pairs.worker_no
)

select
    compared.account_no,
    compared.worker_no,
    case
        when compared.account_number is null then 'missing'
        when compared.account_number = compared.worker_number then 'exact'
        when list_contains(compared.former_numbers, compared.account_number) then 'former'
        when compared.worker_number is null then 'missing'
        when
            nullif(ltrim(regexp_replace(compared.account_number, '[^0-9]', '', 'g'), '0'), '')
            = ltrim(regexp_replace(compared.worker_number, '[^0-9]', '', 'g'), '0')
            then 'same_digits'
        when
            regexp_matches(compared.account_number, '[A-Z]') <> regexp_matches(compared.worker_number, '[A-Z]')
            or abs(len(compared.account_number) - len(compared.worker_number)) > 2
            then 'other_scheme'
        when
            len(compared.account_number) >= 4
            and damerau_levenshtein(compared.account_number, compared.worker_number) = 1
            then 'close'
        else 'different'
    end as employee_number,
    case
        when list_contains(compared.emails, compared.email) then 'exact'
        when list_has_any(compared.emails, compared.former_emails) then 'former'
        when compared.is_email_shared then 'shared'
        when len(compared.emails) = 0 or compared.email is null then 'missing'
        when
            len(split_part(compared.email, '@', 1)) >= 5
            and list_contains(
                list_transform(compared.emails, lambda email: split_part(email, '@', 1)),
                split_part(compared.email, '@', 1)
            )
            then 'local_part'
        when
            len(compared.email) >= 12
            -- one slip changes the length by one at most: asking that first spares a quarter of the whole query's time
            and list_min(list_transform(
                list_filter(compared.emails, lambda email: abs(len(email) - len(compared.email)) <= 1),
                lambda email: damerau_levenshtein(email, compared.email)
            )) = 1
            then 'close'
        else 'different'
    end as email,
    case
        when compared.hire_date is null or len(compared.hire_dates) = 0 then 'missing'
        when list_contains(compared.hire_dates, compared.hire_date) then 'exact'
        when
            list_min(list_transform(compared.hire_dates, lambda hired: abs(hired - compared.hire_date))) <= 31
            then 'near'
        when
            list_contains(
                list_transform(compared.hire_dates, lambda hired: strftime(hired, '%Y-%d-%m')),
                strftime(compared.hire_date, '%Y-%m-%d')
            )
            then 'near'
        else 'different'
    end as hire_date,
    case
        when len(compared.places) < 2 then 'missing'
        when list_sum(compared.places::integer[]) = len(compared.places) and len(compared.places) > 2 then 'all'
        when list_sum(compared.places::integer[]) * 2 > len(compared.places) then 'most'
        when list_sum(compared.places::integer[]) > 0 then 'some'
        else 'none'
    end as place,
    case
        when compared.account_type is null or compared.worker_type is null then 'missing'
        when compared.account_type = compared.worker_type then 'exact'
        else 'different'
    end as worker_type,
    case
        when compared.created_date is null or compared.first_hire_date is null then 'missing'
        when compared.created_date < compared.first_hire_date - 90 then 'before_hire'
        when compared.created_date > compared.termination_date + 90 then 'after_leaving'
        else 'plausible'
    end as account_age
from compared
order by compared.account_no, compared.worker_no
