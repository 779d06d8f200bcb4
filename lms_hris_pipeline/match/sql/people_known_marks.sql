-- grain: one account that the ledger or a person speaks of: a hash of all that they say
select
    told.learner_id,
    (sum(told.mark) % 18446744073709551615)::ubigint as mark
from (
    select
        links.learner_id_lms as learner_id,
        hash(links.worker_id_hris, links.role, links.origin, links.recorded_at) as mark
    from people_links as links
    union all
    select
        said.learner_id_lms as learner_id,
        hash(said.worker_id_hris, said.verdict, said.decided_at) as mark
    from people_said as said
) as told
group by told.learner_id
