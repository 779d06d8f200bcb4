-- grain: one worker record: how rare its values are, in bits: how many records share each
with formed as (
    select
        workers.worker_no,
        workers.hire_date,
        lower(trim(workers.department)) as department,
        workers.location,
        workers.cost_center,
        number_key(workers.manager_number) as manager_number,
        lower(trim(workers.manager_email)) as manager_email,
        lower(trim(workers.job_title)) as job_title
    from people_given_workers as workers
),

date_sizes as (select formed.hire_date, count(*) as size from formed group by formed.hire_date),

department_sizes as (select formed.department, count(*) as size from formed group by formed.department),

location_sizes as (select formed.location, count(*) as size from formed group by formed.location),

center_sizes as (select formed.cost_center, count(*) as size from formed group by formed.cost_center),

team_sizes as (
    select
        formed.manager_number,
        formed.manager_email,
        count(*) as size
    from formed
    group by formed.manager_number, formed.manager_email
),

title_sizes as (select formed.job_title, count(*) as size from formed group by formed.job_title)

select
    formed.worker_no,
    log2($population / (date_sizes.size + 1))::float as date_rarity,
    log2($population / (department_sizes.size + 1))::float as department_rarity,
    log2($population / (location_sizes.size + 1))::float as location_rarity,
    log2($population / (center_sizes.size + 1))::float as center_rarity,
    log2($population / (team_sizes.size + 1))::float as team_rarity,
    log2($population / (title_sizes.size + 1))::float as title_rarity
from formed
left join date_sizes on date_sizes.hire_date = formed.hire_date
left join department_sizes on department_sizes.department = formed.department
left join location_sizes on location_sizes.location = formed.location
left join center_sizes on center_sizes.cost_center = formed.cost_center
left join team_sizes
    on team_sizes.manager_number is not distinct from formed.manager_number
    and team_sizes.manager_email is not distinct from formed.manager_email
left join title_sizes on title_sizes.job_title = formed.job_title
order by formed.worker_no
