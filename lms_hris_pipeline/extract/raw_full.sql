-- grain: one record of the vendor's answer
-- inputs: landing files, one vendor page (or a part of a long one) a line
-- All records, in the order in which they landed.
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
)

select
    row_number() over (order by records.file_no, records.page_no, records.position) as record_no,
    records.page_no,
    records.fetched_at,
    records.record
from records
order by record_no
