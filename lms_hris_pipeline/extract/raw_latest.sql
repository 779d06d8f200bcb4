-- grain: one record of the vendor's answer
-- inputs: landing files, one vendor page (or a part of a long one) a line
-- A full extract and the changes of later nights: of each key the record that landed last.
with pages as (
    select
        list_position($landing_files, landed.filename) as file_no,
        landed.page as page_no,
        landed.fetched_at,
        landed.records
    from read_json(
        $landing_files,
        format = 'newline_delimited',
        columns = {page: 'INTEGER', fetched_at: 'TIMESTAMP', records: 'JSON[]'},
        filename = true,
        maximum_object_size = $max_object_bytes
    ) as landed
),

records as (
    select
        pages.file_no,
        pages.page_no,
        pages.fetched_at,
        unnest(pages.records) as record,
        generate_subscripts(pages.records, 1) as position
    from pages
),

latest as (
    select
        records.file_no,
        records.page_no,
        records.position,
        records.fetched_at,
        records.record
    from records
    qualify row_number() over (
        partition by records.record ->> $record_key
        order by records.file_no desc, records.page_no desc, records.position desc
    ) = 1
)

select
    row_number() over (order by latest.file_no, latest.page_no, latest.position) as record_no,
    latest.page_no,
    latest.fetched_at,
    latest.record
from latest
order by record_no
