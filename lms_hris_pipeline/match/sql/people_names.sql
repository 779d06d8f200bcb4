-- grain: one distinct first or last name of either system, as written
select distinct names.name
from (
    select learners.first_name as name from canonical.learners as learners where learners.kind = 'employee'
    union all
    select learners.last_name as name from canonical.learners as learners where learners.kind = 'employee'
    union all
    select workers.first_name as name from canonical.workers as workers
    union all
    select workers.legal_first_name as name from canonical.workers as workers
    union all
    select workers.last_name as name from canonical.workers as workers
    union all
    select workers.legal_last_name as name from canonical.workers as workers
    union all
    select unnest(workers.former_last_names) as name from canonical.workers as workers
) as names
where names.name is not null
order by names.name
