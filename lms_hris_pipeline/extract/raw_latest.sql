-- grain: one record of the vendor's answer
-- inputs: landing files, one vendor page (or a part of a long one) a line
-- A full extract and the changes of later nights: of each key the record that landed last.
-- Keys and places alone are compared; the records themselves are not sorted.
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

placed as (
    select
        pages.file_no,
        pages.page_no,
        pages.fetched_at,
        unnest(pages.records) as record,
        generate_subscripts(pages.records, 1) as position
    from pages
),

records as (
    select
        (placed.file_no::bigint * $lines_a_file + placed.page_no) * $records_a_line + placed.position as record_no,
        placed.page_no,
        placed.fetched_at,
        placed.record
    from placed
),

latest as (
    select max(records.record_no) as record_no
    from records
    group by records.record ->> $record_key
)

select
    records.record_no,
    records.page_no,
    records.fetched_at,
    records.record
from records
semi join latest on latest.record_no = records.record_no
