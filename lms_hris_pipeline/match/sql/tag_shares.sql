-- grain: one source and one decision
-- What a person decided is known, whatever it is. Values without a tag are told with 0.
with sources as (
    select unnest(['all', 'hris', 'lms']) as source
),

decisions as (
    select unnest(['no_match', 'review']) as decision
),

tags as (
    select
        sources.source,
        skills.decision,
        skills.method
    from sources
    inner join canonical.skill_tags as tags
        on sources.source = 'all'
        or (sources.source = 'hris' and tags.is_in_hris)
        or (sources.source = 'lms' and tags.is_in_lms)
    inner join match.skills as skills on skills.tag = tags.tag
)

select
    sources.source,
    decisions.decision,
    count(tags.decision)::integer as tag_count,
    (count(*) filter (where tags.decision = decisions.decision and tags.method <> 'decision'))::integer as found_count
from sources
cross join decisions
left join tags on tags.source = sources.source
group by sources.source, decisions.decision
order by sources.source, decisions.decision
