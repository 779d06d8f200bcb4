-- grain: one completion or certificate that a merge of a second account into the first would lose or leave worse
-- The learning system keeps one present enrolment a course, drops the second account's archived ones, and keeps the
-- first account's certificate where both hold one. Of the present ones the better may be chosen, course by course.
-- Both accounts of a pair are listed first: a join by `in` compares every pair with every enrolment.
with members as (
    select
        accounts.learner_id_lms as pair_learner_id_lms,
        accounts.learner_id_lms
    from reconcile.person_accounts as accounts
    where accounts.role = 'duplicate'
    union
    select
        accounts.learner_id_lms as pair_learner_id_lms,
        accounts.primary_learner_id_lms as learner_id_lms
    from reconcile.person_accounts as accounts
    where accounts.role = 'duplicate'
),

held as (
    select
        members.pair_learner_id_lms,
        enrolments.learner_id_lms,
        enrolments.enrolment_id_lms,
        enrolments.course_code,
        enrolments.is_archived,
        case
            when enrolments.status = 'completed' then coalesce(strftime(enrolments.completed_at, '%Y-%m-%d'), '')
        end as completed_on,
        coalesce(enrolments.score_pct, -1) as score_pct
    from members
    inner join canonical.enrolments as enrolments on enrolments.learner_id_lms = members.learner_id_lms
),

shared_courses as (
    select distinct
        held.pair_learner_id_lms,
        held.course_code
    from held
    where held.learner_id_lms = held.pair_learner_id_lms
),

before_merge as (
    select
        held.pair_learner_id_lms,
        held.course_code,
        held.completed_on,
        max(held.score_pct) as score_pct
    from held
    inner join shared_courses
        on
            shared_courses.pair_learner_id_lms = held.pair_learner_id_lms
            and shared_courses.course_code is not distinct from held.course_code
    where held.completed_on is not null
    group by held.pair_learner_id_lms, held.course_code, held.completed_on
),

archived as (
    select
        held.pair_learner_id_lms,
        held.course_code,
        held.completed_on,
        max(held.score_pct) as score_pct
    from held
    where held.is_archived and held.learner_id_lms <> held.pair_learner_id_lms and held.completed_on is not null
    group by held.pair_learner_id_lms, held.course_code, held.completed_on
),

-- what may stay as the course's one present enrolment; nothing, where neither account has one
choices as (
    select
        shared_courses.pair_learner_id_lms,
        shared_courses.course_code,
        coalesce(held.enrolment_id_lms, '') as enrolment_id_lms,
        held.completed_on,
        held.score_pct
    from shared_courses
    left join held
        on
            held.pair_learner_id_lms = shared_courses.pair_learner_id_lms
            and held.course_code is not distinct from shared_courses.course_code
            and not held.is_archived
),

losses as (
    select
        choices.pair_learner_id_lms,
        choices.course_code,
        choices.enrolment_id_lms,
        before_merge.completed_on
    from choices
    inner join before_merge
        on
            before_merge.pair_learner_id_lms = choices.pair_learner_id_lms
            and before_merge.course_code is not distinct from choices.course_code
    left join archived
        on
            archived.pair_learner_id_lms = before_merge.pair_learner_id_lms
            and archived.course_code is not distinct from before_merge.course_code
            and archived.completed_on = before_merge.completed_on
    where
        coalesce(
            greatest(
                archived.score_pct,
                case when choices.completed_on = before_merge.completed_on then choices.score_pct end
            ),
            -2
        ) < before_merge.score_pct
),

chosen as (
    select
        choices.pair_learner_id_lms,
        choices.course_code,
        choices.enrolment_id_lms
    from choices
    left join losses
        on
            losses.pair_learner_id_lms = choices.pair_learner_id_lms
            and losses.course_code is not distinct from choices.course_code
            and losses.enrolment_id_lms = choices.enrolment_id_lms
    group by choices.pair_learner_id_lms, choices.course_code, choices.enrolment_id_lms
    qualify row_number() over (
        partition by choices.pair_learner_id_lms, choices.course_code
        order by count(losses.completed_on), choices.enrolment_id_lms
    ) = 1
)

select
    chosen.pair_learner_id_lms as learner_id_lms,
    'completion' as kind,
    coalesce(chosen.course_code, '?') as item,
    losses.completed_on as day
from chosen
inner join losses
    on
        losses.pair_learner_id_lms = chosen.pair_learner_id_lms
        and losses.course_code is not distinct from chosen.course_code
        and losses.enrolment_id_lms = chosen.enrolment_id_lms
union all
select
    accounts.learner_id_lms,
    'certificate' as kind,
    theirs.certification_id_lms as item,
    coalesce(strftime(theirs.expires_date, '%Y-%m-%d'), '') as day
from reconcile.person_accounts as accounts
inner join canonical.certificates as theirs on theirs.learner_id_lms = accounts.learner_id_lms
inner join canonical.certificates as ours
    on
        ours.learner_id_lms = accounts.primary_learner_id_lms
        and ours.certification_id_lms = theirs.certification_id_lms
where
    accounts.role = 'duplicate'
    and coalesce(theirs.expires_date, date '9999-12-31') > coalesce(ours.expires_date, date '9999-12-31')
order by learner_id_lms, kind, item, day
