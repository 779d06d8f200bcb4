-- grain: one worker record of the person $person
select workers.worker_id_hris
from canonical.workers as workers
where workers.person_key = $person
order by workers.worker_id_hris
