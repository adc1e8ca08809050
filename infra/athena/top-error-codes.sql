-- top-error-codes: the most frequent error codes of failed calls to the control plane
--
-- Audit Events (CloudTrail). Who calls your APIs is not in CloudTrail: see average-latency and rest-error-trend. An
-- event counts once, however often it was delivered. Corrections replace what they correct. `all_codes` and
-- `all_failures` tell what the top leaves out.
--
-- Parameters, to be edited in `params` below:
--   account      '*', or account ids with commas
--   region       '*', or regions with commas
--   api          '*', or a pattern of API names and ids: * is any text, case does not count
--   require_api  TRUE drops calls of which no API is known, which else pass every pattern
--   since        first moment, UTC
--   until        moment behind the last, UTC
--   top          rows
WITH params AS (
    SELECT
        '*' AS account,
        '*' AS region,
        '*' AS api,
        FALSE AS require_api,
        CAST(current_timestamp AS timestamp) - INTERVAL '1' DAY AS since,
        CAST(current_timestamp AS timestamp) AS until,
        10 AS top
),
span AS (
    SELECT
        account AS accounts, region AS regions, require_api, top,
        -- To the millisecond, as the tables are, however they were given
        CAST(since AS timestamp) AS since, CAST(until AS timestamp) AS until,
        CAST(CAST(since AS date) AS varchar) AS first_dt,
        CAST(CAST(date_add('millisecond', -1, CAST(until AS timestamp)) AS date) AS varchar) AS last_dt,
        -- `*` becomes `%`, what LIKE would take for a wildcard is escaped by `!`
        replace(replace(replace(replace(lower(api), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%') AS api_like
    FROM params
),
dated AS (
    -- An event that is dated after its own delivery is in no window
    SELECT event.*
    FROM events AS event
    CROSS JOIN span
    WHERE event.dt BETWEEN span.first_dt AND span.last_dt
        AND event.event_time >= span.since
        AND event.event_time < span.until
        AND NOT coalesce(event.after_delivery, FALSE)
),
corrections AS (
    -- Of several corrections of one event the greatest by time and id counts
    SELECT
        account_id, original_event_id, event_id,
        first_value(event_id) OVER (
            PARTITION BY account_id, original_event_id ORDER BY event_time DESC, event_id DESC
        ) AS kept_event_id
    FROM dated
    WHERE addendum_reason = 'UPDATED_DATA' AND original_event_id <> event_id
),
replaced AS (
    SELECT account_id, original_event_id AS event_id FROM corrections
    UNION
    SELECT account_id, event_id FROM corrections WHERE event_id <> kept_event_id
),
names AS (
    -- A failed call nearly never names its API: names are learned from the calls that gave them
    SELECT
        event.account_id, event.region, event.api_id,
        max_by(event.api_name, event.event_time) AS api_name,
        bool_or(lower(event.api_name) LIKE span.api_like ESCAPE '!') AS is_wanted
    FROM events AS event
    CROSS JOIN span
    WHERE event.dt BETWEEN span.first_dt AND span.last_dt
        AND event.status = 'Success' AND event.api_name IS NOT NULL AND event.api_id IS NOT NULL
    GROUP BY event.account_id, event.region, event.api_id
),
counted AS (
    SELECT dated.*, coalesce(dated.api_name, names.api_name) AS known_api_name
    FROM dated
    CROSS JOIN span
    LEFT JOIN replaced ON replaced.account_id = dated.account_id AND replaced.event_id = dated.event_id
    LEFT JOIN names
        ON names.account_id = dated.account_id AND names.region = dated.region AND names.api_id = dated.api_id
    WHERE replaced.event_id IS NULL
        AND (span.accounts = '*' OR contains(split(span.accounts, ','), dated.account_id))
        AND (span.regions = '*' OR contains(split(span.regions, ','), dated.region))
        AND CASE
            WHEN dated.api_id IS NULL AND dated.api_name IS NULL THEN NOT span.require_api
            WHEN lower(dated.api_id) LIKE span.api_like ESCAPE '!' THEN TRUE
            WHEN dated.api_name IS NULL THEN coalesce(names.is_wanted, FALSE)
            ELSE lower(dated.api_name) LIKE span.api_like ESCAPE '!'
        END
)
SELECT ranked.error_code, ranked.events, ranked.share, ranked.all_codes, ranked.all_failures
FROM (
    SELECT
        error_code,
        count(*) AS events,
        CAST(count(*) AS double) / sum(count(*)) OVER () AS share,
        count(*) OVER () AS all_codes,
        sum(count(*)) OVER () AS all_failures,
        row_number() OVER (ORDER BY count(*) DESC, error_code) AS place
    FROM counted
    WHERE status = 'Failure'
    GROUP BY error_code
) AS ranked
CROSS JOIN span
WHERE ranked.place <= span.top
ORDER BY ranked.place
