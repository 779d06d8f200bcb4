-- grain: one worker of a table that somebody brings: the one way in which it is named
select
    (row_number() over (order by given.worker_id) - 1)::integer as way_no,
    (row_number() over (order by given.worker_id) - 1)::integer as worker_no,
    given.first_name,
    given.last_name,
    false as is_former
from people_given as given
order by given.worker_id
