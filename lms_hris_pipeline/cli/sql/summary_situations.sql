-- grain: one situation of one kind of record
select
    situations.record_kind,
    situations.situation,
    count(*) as records
from reconcile.situations as situations
group by situations.record_kind, situations.situation
order by situations.record_kind desc, records desc, situations.situation
