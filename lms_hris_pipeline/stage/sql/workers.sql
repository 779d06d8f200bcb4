-- grain: one worker record
-- The mapped fields are read in one pass over the record (14 single reads took six times as long).
with received as (
    select
        records.worker_id_hris,
        workers.record
    from canonical.worker_records as records
    inner join raw_hris.workers as workers on workers.record_no = records.record_no
),

parsed as (
    select
        received.worker_id_hris,
        json_extract_string(received.record, [
            $hris_employee_id, $hris_worker_type, $hris_universal_id, $hris_legal_first_name, $hris_legal_last_name,
            $hris_preferred_first_name, $hris_preferred_last_name, $hris_email, $hris_country, $hris_hire_date,
            $hris_original_hire_date, $hris_termination_date, $hris_rescinded
        ]) as fields,
        from_json(received.record, '{"Name_History_group":[{"Former_Legal_Last_Name":"VARCHAR"}],"Email_History_group":[{"Former_Email":"VARCHAR"}],"Employee_ID_History_group":[{"Former_Employee_ID":"VARCHAR"}]}') as histories
    from received
),

named as (
    select
        parsed.worker_id_hris,
        nullif(trim(parsed.fields[1]), '') as employee_number,
        case when lower(trim(parsed.fields[2])) = 'employee' then 'Employee' else 'Contingent Worker' end as worker_type,
        nullif(trim(parsed.fields[3]), '') as universal_id,
        nullif(trim(parsed.fields[4]), '') as legal_first_name,
        nullif(trim(parsed.fields[5]), '') as legal_last_name,
        nullif(trim(parsed.fields[6]), '') as preferred_first_name,
        nullif(trim(parsed.fields[7]), '') as preferred_last_name,
        nullif(lower(trim(parsed.fields[8])), '') as email,
        nullif(upper(trim(parsed.fields[9])), '') as country,
        try_cast(parsed.fields[10] as date) as hire_date,
        try_cast(parsed.fields[11] as date) as original_hire_date,
        try_cast(parsed.fields[12] as date) as termination_date,
        coalesce(lower(trim(parsed.fields[13])) in ('1', 'true', 'yes'), false) as is_rescinded,
        parsed.histories
    from parsed
)

select
    named.worker_id_hris,
    named.employee_number,
    named.worker_type,
    named.universal_id,
    -- the prefix keeps a universal id apart from a worker id that reads the same
    case when named.universal_id is null then 'worker:' || named.worker_id_hris else 'person:' || named.universal_id end as person_key,
    named.legal_first_name,
    named.legal_last_name,
    coalesce(named.preferred_first_name, named.legal_first_name) as first_name,
    coalesce(named.preferred_last_name, named.legal_last_name) as last_name,
    named.email,
    coalesce(list_sort(list_distinct(list_filter(list_transform(named.histories['Name_History_group'], lambda former: nullif(trim(former['Former_Legal_Last_Name']), '')), lambda name: name is not null))), []) as former_last_names,
    coalesce(list_sort(list_distinct(list_filter(list_transform(named.histories['Email_History_group'], lambda former: nullif(lower(trim(former['Former_Email'])), '')), lambda email: email is not null))), []) as former_emails,
    coalesce(list_sort(list_distinct(list_filter(list_transform(named.histories['Employee_ID_History_group'], lambda former: nullif(trim(former['Former_Employee_ID']), '')), lambda number: number is not null))), []) as former_employee_numbers,
    named.country,
    named.hire_date,
    named.original_hire_date,
    named.termination_date,
    named.is_rescinded
from named
order by named.worker_id_hris
