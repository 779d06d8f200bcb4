-- grain: one chosen worker record: hashes of those of its values whose number of holders counts, null without a value
select
    workers.worker_no,
    case when email_key(workers.email) is not null then hash(email_key(workers.email)) end as email,
    case when workers.hire_date is not null then hash(workers.hire_date) end as date,
    case when workers.department is not null then hash(lower(trim(workers.department))) end as department,
    case when workers.location is not null then hash(workers.location) end as location,
    case when workers.cost_center is not null then hash(workers.cost_center) end as center,
    case
        when workers.manager_number is not null or workers.manager_email is not null
            then hash(number_key(workers.manager_number), lower(trim(workers.manager_email)))
    end as team,
    case when workers.job_title is not null then hash(lower(trim(workers.job_title))) end as title
from people_chosen_workers as workers
