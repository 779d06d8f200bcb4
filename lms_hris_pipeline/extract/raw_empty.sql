-- grain: one record of the vendor's answer; here there is none
select
    cast(null as bigint) as record_no,
    cast(null as integer) as page_no,
    cast(null as timestamp) as fetched_at,
    cast(null as json) as record
where false
