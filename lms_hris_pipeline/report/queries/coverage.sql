-- grain: one situation and reason of one kind of record, with the headcount it must sum to
select
    coverage.record_kind,
    coverage.situation,
    coverage.reason,
    coverage.record_count,
    case coverage.record_kind
        when 'worker' then (select count(*) from canonical.workers)
        else (select count(*) from canonical.learners)
    end as headcount
from report.coverage as coverage
order by coverage.record_kind, coverage.situation, coverage.record_count desc, coverage.reason
