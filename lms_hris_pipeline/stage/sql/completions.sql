-- grain: one completed enrolment with a real date, archived attempts included
select
    enrolments.enrolment_id_lms,
    enrolments.learner_id_lms,
    enrolments.course_code,
    courses.canonical_course_code,
    enrolments.completed_at::date as completed_date,
    enrolments.score_pct
from canonical.enrolments as enrolments
left join canonical.courses as courses on courses.course_code = enrolments.course_code
where enrolments.status = 'completed' and enrolments.completed_at is not null
order by enrolments.enrolment_id_lms
