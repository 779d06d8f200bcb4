-- grain: one severity
select
    exceptions.severity,
    count(*) as findings
from reconcile.exceptions as exceptions
group by exceptions.severity
order by list_position(['critical', 'high', 'medium', 'low'], exceptions.severity)
