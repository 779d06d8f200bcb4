-- grain: one account and one way to be named of a worker that somebody paired with it
select
    known.account_no,
    ways.way_no
from people_known_pairs as known
inner join people_ways as ways on ways.worker_no = known.worker_no
