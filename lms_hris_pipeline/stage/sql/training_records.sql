-- grain: one learning record of the HR system, rescinded ones left out
with received as (
    select
        from_json(records.record, '{"Learning_Record_ID":"VARCHAR","Worker_WID":"VARCHAR","Learning_Content_ID":"VARCHAR","Completion_Date":"VARCHAR","Overall_Score":"VARCHAR","Expiration_Date":"VARCHAR","Recorded_Moment":"VARCHAR","Rescinded":"VARCHAR"}') as entry
    from raw_hris.learning_records as records
),

named as materialized (
    select
        nullif(trim(received.entry['Learning_Record_ID']), '') as training_record_id_hris,
        nullif(trim(received.entry['Worker_WID']), '') as worker_id_hris,
        nullif(trim(received.entry['Learning_Content_ID']), '') as course_code,
        try_cast(received.entry['Completion_Date'] as date) as completed_date,
        try_cast(received.entry['Overall_Score'] as decimal(6, 2)) as score_pct,
        try_cast(received.entry['Expiration_Date'] as date) as expires_date,
        timezone('UTC', try_cast(received.entry['Recorded_Moment'] as timestamptz)) as recorded_at,
        coalesce(lower(trim(received.entry['Rescinded'])) in ('1', 'true', 'yes'), false) as is_rescinded
    from received
),

-- few come twice: ranking those alone takes half of the time of ranking all (1M rows)
repeated as (
    select named.training_record_id_hris
    from named
    where named.training_record_id_hris is not null
    group by named.training_record_id_hris
    having count(*) > 1
),

-- the split by dates overlaps and a record may be corrected between two pages: the last word counts
latest as (
    select
        named.training_record_id_hris,
        named.worker_id_hris,
        named.course_code,
        named.completed_date,
        named.score_pct,
        named.expires_date,
        named.is_rescinded
    from named
    anti join repeated on repeated.training_record_id_hris = named.training_record_id_hris
    where named.training_record_id_hris is not null
    union all
    (
        select
            named.training_record_id_hris,
            named.worker_id_hris,
            named.course_code,
            named.completed_date,
            named.score_pct,
            named.expires_date,
            named.is_rescinded
        from named
        semi join repeated on repeated.training_record_id_hris = named.training_record_id_hris
        qualify row_number() over (
            partition by named.training_record_id_hris
            order by
                named.recorded_at desc nulls last,
                named.is_rescinded desc,
                named.completed_date desc nulls last,
                named.worker_id_hris,
                named.course_code,
                named.score_pct desc nulls last,
                named.expires_date desc nulls last
        ) = 1
    )
)

select
    latest.training_record_id_hris,
    latest.worker_id_hris,
    latest.course_code,
    coalesce(courses.canonical_course_code, latest.course_code) as canonical_course_code,
    latest.completed_date,
    latest.score_pct,
    latest.expires_date
from latest
left join canonical.courses as courses on courses.course_code = latest.course_code
where
    not latest.is_rescinded
    and latest.worker_id_hris is not null
    and latest.course_code is not null
    and latest.completed_date is not null
order by latest.training_record_id_hris
