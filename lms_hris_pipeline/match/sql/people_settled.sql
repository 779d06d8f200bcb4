-- grain: one account that shares both names and a number or an address with somebody: it needs no wider search
-- Within one table such a somebody is often the record itself: there nobody is settled.
select distinct sure.account_no
from people_sure_pairs as sure
where not $is_within and sure.rules & 4 > 0 and sure.rules & 3 > 0
