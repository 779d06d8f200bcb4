-- grain: the batch, one row
select count(*) as waiting
from match.roles as roles
where roles.state = 'proposed'
