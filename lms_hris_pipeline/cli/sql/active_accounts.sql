-- grain: the one row: accounts that can log in, of which the breaker's share is taken
select count(*) as accounts
from canonical.learners as learners
where learners.is_active
