-- grain: one record of the vendor's answer
-- inputs: a landing file, one vendor page (or a part of a long one) a line
-- All records as they landed. The number is made of the place: numbering without gaps would sort all records.
with pages as (
    select
        landed.page as page_no,
        landed.fetched_at,
        landed.records
    from read_json(
        $landing_files,
        format = 'newline_delimited',
        columns = {page: 'INTEGER', fetched_at: 'TIMESTAMP', records: 'JSON[]'},
        maximum_object_size = $max_object_bytes
    ) as landed
),

records as (
    select
        pages.page_no,
        pages.fetched_at,
        unnest(pages.records) as record,
        generate_subscripts(pages.records, 1) as position
    from pages
)

select
    records.page_no::bigint * $records_a_line + records.position as record_no,
    records.page_no,
    records.fetched_at,
    records.record
from records
