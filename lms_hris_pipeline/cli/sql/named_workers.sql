-- grain: one worker record that $word names by id, number, former number or e-mail; by id alone where $by_id
select
    workers.worker_id_hris,
    workers.person_key
from canonical.workers as workers
where
    workers.worker_id_hris = $word
    or (
        not $by_id
        and (
            workers.employee_number = $word
            or workers.email = lower($word)
            or list_contains(workers.former_employee_numbers, $word)
        )
    )
order by workers.worker_id_hris
