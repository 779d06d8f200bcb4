-- grain: one way in which a worker may be named, as people_keys reads it
select
    ways.way_no as record_no,
    ways.first,
    ways.first_tokens[1] as first_token,
    ways.first_tokens,
    ways.roots,
    ways.last,
    ways.last_tokens,
    consonants_key(ways.last) as consonants,
    workers.mailbox,
    regexp_replace(workers.mailbox, '[^a-z]', '', 'g') as letters,
    workers.department,
    workers.other_department,
    workers.hire_date,
    workers.other_hire_date,
    coalesce(workers.manager_email, workers.manager_number) as manager,
    workers.location,
    workers.job_title,
    workers.birth_date,
    workers.street,
    workers.postcode,
    workers.city
from people_ways as ways
inner join people_workers as workers on workers.worker_no = ways.worker_no
