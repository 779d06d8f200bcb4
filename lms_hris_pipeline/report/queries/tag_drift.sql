-- grain: one source and decision of which there are clearly more tags than usual
select
    drift.source,
    drift.decision,
    drift.found_count,
    drift.tag_count,
    drift.expected_share
from match.tag_drift as drift
where drift.has_drifted
order by drift.source, drift.decision
