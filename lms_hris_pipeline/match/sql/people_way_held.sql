-- grain: one way to be named that lies on the bench: hashes of its names, null without, and of both together
select
    ways.way_no,
    ways.first_skeleton as first,
    ways.last_skeleton as last,
    case
        when ways.first_skeleton is not null and ways.last_skeleton is not null
            then hash(ways.first_skeleton, ways.last_skeleton)
    end as both
from people_ways as ways
