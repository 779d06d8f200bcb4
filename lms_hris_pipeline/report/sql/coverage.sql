-- grain: one situation and reason of one kind of record
-- A reason that names another record, such as superseded_by:<id>, is counted without it.
select
    situations.record_kind,
    situations.situation,
    coalesce(nullif(split_part(situations.reason, ':', 1), ''), '-') as reason,
    count(*) as record_count
from reconcile.situations as situations
group by
    situations.record_kind,
    situations.situation,
    coalesce(nullif(split_part(situations.reason, ':', 1), ''), '-')
order by situations.record_kind, situations.situation, reason
