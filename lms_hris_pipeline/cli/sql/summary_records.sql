-- grain: one entity of one system, with whether all of it arrived
select
    'HRIS' as system,
    hris.entity,
    hris.row_count,
    hris.is_complete,
    hris.reason
from raw_hris.extracts as hris
union all
select
    'LMS' as system,
    lms.entity,
    lms.row_count,
    lms.is_complete,
    lms.reason
from raw_lms.extracts as lms
order by system, row_count desc, entity
