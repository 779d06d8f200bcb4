-- grain: one compared pair of an account and a way to be named: the level of each field
-- Levels are positions in the field's list of levels; the parameters name them. `places` has a bit for each part of the
-- organisation that agrees: 1 department, 2 location, 4 cost centre, 8 manager.
with placed as (
    select
        pairs.account_no,
        pairs.way_no,
        ways.worker_no,
        case
            when accounts.first_skeleton is null or ways.first_skeleton is null then $first_missing
            when accounts.first_folded = ways.first_folded then $first_exact
            when accounts.first_skeleton = ways.first_skeleton then $first_variant
            -- the account's address has the name as HR writes it: what is written in the account is a slip or a short form
            when
                first_levels.level in ($first_nickname, $first_shortened, $first_initial, $first_close)
                and (
                    spells_first(accounts.mailbox_letters, ways.first_letters, ways.last_letters)
                    or spells_first(accounts.other_mailbox_letters, ways.first_letters, ways.last_letters)
                )
                then $first_variant
            else first_levels.level
        end as first_level,
        case
            when accounts.last_skeleton is null or ways.last_skeleton is null then $last_missing
            when accounts.last_folded = ways.last_folded then $last_exact
            when accounts.last_skeleton = ways.last_skeleton then $last_variant
            when
                last_levels.level = $last_close
                and (
                    spells_last(accounts.mailbox_letters, ways.first_letters, ways.last_letters)
                    or spells_last(accounts.other_mailbox_letters, ways.first_letters, ways.last_letters)
                )
                then $last_variant
            else last_levels.level
        end as last_level,
        case
            when accounts.first_skeleton is null or accounts.last_skeleton is null then 0
            when accounts.first_skeleton = ways.last_skeleton and accounts.last_skeleton = ways.first_skeleton then 2
            when
                first_levels.level = $first_different
                and last_levels.level = $last_different
                and jaro_winkler_similarity(accounts.first, ways.last) >= $swapped_similarity
                and jaro_winkler_similarity(accounts.last, ways.first) >= $swapped_similarity
                then 1
            else 0
        end as swapped,
        ways.is_former,
        case
            when accounts.department is null or coalesce(workers.department, workers.other_department) is null then null
            else coalesce(accounts.department in (workers.department, workers.other_department), false)
        end as is_department,
        accounts.location = workers.location as is_location,
        accounts.cost_center = workers.cost_center as is_center,
        case
            when accounts.manager_email = workers.manager_email then true
            when accounts.manager_number = workers.manager_number then true
            when accounts.manager_email is null and accounts.manager_number is null then null
            when workers.manager_email is null and workers.manager_number is null then null
            else false
        end as is_manager,
        accounts.number as account_number,
        accounts.number_stem as account_number_stem,
        workers.number as worker_number,
        workers.number_stem as worker_number_stem,
        accounts.has_letter as account_has_letter,
        workers.has_letter as worker_has_letter,
        accounts.digits as account_digits,
        workers.digits as worker_digits,
        workers.former_numbers,
        accounts.email as account_email,
        accounts.other_email as other_account_email,
        accounts.mailbox as account_mailbox,
        accounts.other_mailbox as other_account_mailbox,
        accounts.mailbox_stem as account_stem,
        accounts.other_mailbox_stem as other_account_stem,
        accounts.domain as account_domain,
        accounts.is_private as is_account_private,
        workers.email as worker_email,
        workers.mailbox as worker_mailbox,
        workers.mailbox_stem as worker_stem,
        workers.domain as worker_domain,
        workers.is_private as is_worker_private,
        workers.former_emails,
        accounts.is_email_shared or workers.is_email_shared as is_email_shared,
        accounts.hire_date,
        workers.hire_date as worker_hire_date,
        workers.other_hire_date,
        accounts.job_title,
        workers.job_title as worker_job_title,
        accounts.title_has_digit,
        workers.title_has_digit as worker_title_has_digit,
        accounts.worker_type as account_type,
        workers.worker_type,
        accounts.created_date,
        workers.first_hire_date,
        workers.termination_date,
        accounts.birth_date,
        workers.birth_date as worker_birth_date,
        accounts.house_number = workers.house_number as is_house,
        accounts.street = workers.street
        or jaro_winkler_similarity(accounts.street, workers.street) >= 0.9 as is_street,
        accounts.postcode = workers.postcode
        or damerau_levenshtein(accounts.postcode, workers.postcode) = 1 as is_postcode,
        accounts.city = workers.city or jaro_winkler_similarity(accounts.city, workers.city) >= 0.9 as is_city,
        accounts.state = workers.state as is_state
    from people_pairs as pairs
    inner join people_accounts as accounts on accounts.account_no = pairs.account_no
    inner join people_ways as ways on ways.way_no = pairs.way_no
    left join people_name_levels as first_levels
        on first_levels.is_first and first_levels.mine = accounts.first_no and first_levels.theirs = ways.first_no
    left join people_name_levels as last_levels
        on not last_levels.is_first and last_levels.mine = accounts.last_no and last_levels.theirs = ways.last_no
    inner join people_workers as workers on workers.worker_no = ways.worker_no
),

counted as (
    select
        placed.*,
        coalesce(placed.is_department, false)::integer
        + coalesce(placed.is_location, false)::integer
        + coalesce(placed.is_center, false)::integer
        + coalesce(placed.is_manager, false)::integer as places_agreeing,
        (placed.is_department is not null)::integer
        + (placed.is_location is not null)::integer
        + (placed.is_center is not null)::integer
        + (placed.is_manager is not null)::integer as places_compared,
        coalesce(placed.is_house, false)::integer
        + coalesce(placed.is_street, false)::integer
        + coalesce(placed.is_postcode, false)::integer
        + coalesce(placed.is_city, false)::integer
        + coalesce(placed.is_state, false)::integer as homes_agreeing,
        (placed.is_house is not null)::integer
        + (placed.is_street is not null)::integer
        + (placed.is_postcode is not null)::integer
        + (placed.is_city is not null)::integer
        + (placed.is_state is not null)::integer as homes_compared
    from placed
)

select
    counted.account_no,
    counted.way_no,
    counted.worker_no,
    case
        when counted.first_level <> $first_different or counted.last_level <> $last_different then counted.first_level
        when counted.swapped = 2 then $first_swapped
        when counted.swapped = 1 then $first_swapped_close
        else counted.first_level
    end::utinyint as first_name,
    case
        when counted.first_level = $first_different and counted.last_level = $last_different and counted.swapped = 2
            then $last_swapped
        when counted.first_level = $first_different and counted.last_level = $last_different and counted.swapped = 1
            then $last_swapped_close
        when counted.is_former and counted.last_level in ($last_exact, $last_variant) then $last_former
        else counted.last_level
    end::utinyint as last_name,
    case
        when counted.account_number is null then $number_missing
        when counted.account_number = counted.worker_number then $number_exact
        when counted.former_numbers is not null and list_contains(counted.former_numbers, counted.account_number)
            then $number_former
        when counted.worker_number is null then $number_missing
        when counted.account_digits = counted.worker_digits then $number_same_digits
        -- a suffix that one side alone writes
        when counted.account_number_stem = counted.worker_number and counted.worker_number_stem is null
            then $number_same_digits
        when counted.worker_number_stem = counted.account_number and counted.account_number_stem is null
            then $number_same_digits
        when
            counted.account_has_letter <> counted.worker_has_letter
            or abs(len(counted.account_number) - len(counted.worker_number)) > 2
            then $number_other_scheme
        when
            len(counted.account_number) >= 4
            -- one slip leaves one end as it was: asking that first spares most of the time
            and (
                left(counted.account_number, 2) = left(counted.worker_number, 2)
                or right(counted.account_number, 2) = right(counted.worker_number, 2)
            )
            and damerau_levenshtein(counted.account_number, counted.worker_number) = 1
            then $number_close
        else $number_different
    end::utinyint as employee_number,
    case
        when counted.worker_email in (counted.account_email, counted.other_account_email) then $email_exact
        when
            counted.former_emails is not null
            and (
                list_contains(counted.former_emails, counted.account_email)
                or list_contains(counted.former_emails, counted.other_account_email)
            )
            then $email_former
        when counted.is_email_shared then $email_shared
        when coalesce(counted.account_email, counted.other_account_email) is null or counted.worker_email is null
            then $email_missing
        when
            len(counted.worker_mailbox) >= 5
            and counted.worker_mailbox in (counted.account_mailbox, counted.other_account_mailbox)
            then $email_local_part
        -- addresses that differ by a number alone are what a mail system gives to people of one name
        when
            (counted.account_domain = counted.worker_domain and counted.account_stem = counted.worker_stem)
            or counted.other_account_stem = counted.worker_stem
            then $email_numbered
        when
            len(counted.worker_mailbox) >= 5
            and (
                (
                    counted.account_domain = counted.worker_domain
                    and abs(len(counted.account_mailbox) - len(counted.worker_mailbox)) <= 1
                    and left(counted.account_mailbox, 1) = left(counted.worker_mailbox, 1)
                    and damerau_levenshtein(counted.account_mailbox, counted.worker_mailbox) = 1
                )
                or (
                    abs(len(counted.other_account_mailbox) - len(counted.worker_mailbox)) <= 1
                    and damerau_levenshtein(counted.other_account_mailbox, counted.worker_mailbox) = 1
                )
            )
            then $email_close
        when counted.is_account_private and not counted.is_worker_private then $email_private
        when counted.account_domain <> counted.worker_domain then $email_other_domain
        else $email_different
    end::utinyint as email,
    case
        when counted.hire_date is null or counted.worker_hire_date is null then $date_missing
        when counted.hire_date in (counted.worker_hire_date, counted.other_hire_date) then $date_exact
        when
            abs(counted.hire_date - counted.worker_hire_date) <= 31
            or abs(counted.hire_date - counted.other_hire_date) <= 31
            or (
                year(counted.hire_date) = year(counted.worker_hire_date)
                and (
                    (
                        month(counted.hire_date) = day(counted.worker_hire_date)
                        and day(counted.hire_date) = month(counted.worker_hire_date)
                    )
                    or month(counted.hire_date) = month(counted.worker_hire_date)
                    or day(counted.hire_date) = day(counted.worker_hire_date)
                )
            )
            or (
                abs(year(counted.hire_date) - year(counted.worker_hire_date)) in (1, 10)
                and month(counted.hire_date) = month(counted.worker_hire_date)
                and day(counted.hire_date) = day(counted.worker_hire_date)
            )
            then $date_near
        else $date_different
    end::utinyint as hire_date,
    case
        when counted.places_compared = 0 then $place_missing
        when counted.places_agreeing = counted.places_compared and counted.places_compared > 1 then $place_all
        when counted.places_agreeing * 2 > counted.places_compared and counted.places_compared > 1 then $place_most
        when counted.places_agreeing > 0 then $place_some
        else $place_none
    end::utinyint as place,
    (
        coalesce(counted.is_department, false)::integer
        + coalesce(counted.is_location, false)::integer * 2
        + coalesce(counted.is_center, false)::integer * 4
        + coalesce(counted.is_manager, false)::integer * 8
    )::utinyint as places,
    case
        when counted.job_title is null or counted.worker_job_title is null then $title_missing
        when counted.job_title = counted.worker_job_title then $title_exact
        when
            -- a code that holds a number is another code, however alike
            not counted.title_has_digit
            and not counted.worker_title_has_digit
            and (
                contains(counted.job_title, counted.worker_job_title)
                or contains(counted.worker_job_title, counted.job_title)
                or (
                    left(counted.job_title, 3) = left(counted.worker_job_title, 3)
                    and jaro_winkler_similarity(counted.job_title, counted.worker_job_title) >= 0.92
                )
            )
            then $title_similar
        else $title_different
    end::utinyint as job_title,
    case
        when counted.account_type is null or counted.worker_type is null then $type_missing
        when counted.account_type = counted.worker_type then $type_exact
        else $type_different
    end::utinyint as worker_type,
    case
        when counted.created_date is null or counted.first_hire_date is null then $age_missing
        when counted.created_date < counted.first_hire_date - 90 then $age_before_hire
        when counted.created_date > counted.termination_date + 90 then $age_after_leaving
        else $age_plausible
    end::utinyint as account_age,
    case
        when counted.birth_date is null or counted.worker_birth_date is null then $birth_missing
        when counted.birth_date = counted.worker_birth_date then $birth_exact
        when
            damerau_levenshtein(counted.birth_date, counted.worker_birth_date) = 1
            or (
                left(counted.birth_date, 4) = left(counted.worker_birth_date, 4)
                and counted.birth_date[5:6] = counted.worker_birth_date[7:8]
                and counted.birth_date[7:8] = counted.worker_birth_date[5:6]
            )
            then $birth_close
        else $birth_different
    end::utinyint as birth_date,
    case
        when counted.homes_compared = 0 then $address_missing
        when counted.homes_agreeing = counted.homes_compared and counted.homes_compared > 1 then $address_all
        when counted.homes_agreeing * 2 > counted.homes_compared then $address_most
        when counted.homes_agreeing > 0 then $address_some
        else $address_none
    end::utinyint as address
from counted
