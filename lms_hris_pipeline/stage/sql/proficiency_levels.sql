-- grain: one word of one scale
-- What a firm says of its own words (`[[skills.levels]]`) goes before what stands here. A change of meaning below gets
-- the next version, so that an assertion tells which table gave its level.
with shipped as (
    select
        words.scale,
        words.said,
        words.level,
        'shipped 1' as version
    from (
        values
        ('course', 'veryeasy', 1),
        ('course', 'very easy', 1),
        ('course', 'easy', 2),
        ('course', 'medium', 3),
        ('course', 'difficult', 4),
        ('course', 'verydifficult', 5),
        ('course', 'very difficult', 5),
        ('course', 'introductory', 1),
        ('course', 'beginner', 1),
        ('course', 'basic', 2),
        ('course', 'intermediate', 3),
        ('course', 'advanced', 4),
        ('course', 'expert', 5),
        ('course', '1', 1),
        ('course', '2', 2),
        ('course', '3', 3),
        ('course', '4', 4),
        ('course', '5', 5),
        ('worker_skill', 'none', 0),
        ('worker_skill', 'novice', 1),
        ('worker_skill', 'beginner', 1),
        ('worker_skill', 'advanced beginner', 2),
        ('worker_skill', 'basic', 2),
        ('worker_skill', 'competent', 3),
        ('worker_skill', 'intermediate', 3),
        ('worker_skill', 'proficient', 4),
        ('worker_skill', 'advanced', 4),
        ('worker_skill', 'expert', 5),
        ('worker_skill', '0', 0),
        ('worker_skill', '1', 1),
        ('worker_skill', '2', 2),
        ('worker_skill', '3', 3),
        ('worker_skill', '4', 4),
        ('worker_skill', '5', 5)
    ) as words(scale, said, level)
),

firms as (
    select
        rules.scale,
        lower(trim(rules.said)) as said,
        rules.level,
        'firm ' || $levels_version as version
    from settings_level_rules as rules
),

known as (
    select
        firms.scale,
        firms.said,
        firms.level,
        firms.version
    from firms
    union all
    select
        shipped.scale,
        shipped.said,
        shipped.level,
        shipped.version
    from shipped
    anti join firms on firms.scale = shipped.scale and firms.said = shipped.said
)

select
    known.scale,
    known.said,
    known.level::integer as level,
    known.version
from known
order by known.scale, known.said
