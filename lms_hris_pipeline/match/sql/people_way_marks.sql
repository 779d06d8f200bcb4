-- grain: one way in which a worker record may be named: a hash of all that is given of it
select
    ways.way_no,
    hash(ways.first_name, ways.last_name, ways.is_former) as mark
from people_given_names as ways
