-- percentile-latency-trend: p50, p90, p95 and p99 of latency over time, as CloudWatch told them
--
-- REST and HTTP APIs (CloudWatch metrics). A percentile is of one series and one period and cannot be merged with
-- another: rows are datapoints, and none is averaged. Choose a period and level that are pulled.
--
-- Parameters, to be edited in `params` below:
--   account      '*', or account ids with commas
--   region       '*', or regions with commas
--   api          '*', or a pattern of API names and ids: * is any text, case does not count
--   since        first moment, UTC
--   until        moment behind the last, UTC
--   names_since  first day of the events from which names of APIs are learned
--   metric       'Latency', from the request of a client to the response, or 'IntegrationLatency', of the backend alone
--   level        'api', 'stage' or 'method': the series that are shown
--   period_s     seconds that a datapoint stands for: percentiles of another period are other figures
WITH params AS (
    SELECT
        '*' AS account,
        '*' AS region,
        '*' AS api,
        CAST(current_timestamp AS timestamp) - INTERVAL '1' DAY AS since,
        CAST(current_timestamp AS timestamp) AS until,
        CAST(current_timestamp AS date) - INTERVAL '400' DAY AS names_since,
        'Latency' AS metric,
        'stage' AS level,
        300 AS period_s
),
span AS (
    SELECT
        account AS accounts, region AS regions, metric, level, period_s,
        CAST(CAST(names_since AS date) AS varchar) AS names_dt,
        -- To the millisecond, as the tables are, however they were given
        CAST(since AS timestamp) AS since, CAST(until AS timestamp) AS until,
        CAST(CAST(since AS date) AS varchar) AS first_dt,
        CAST(CAST(date_add('millisecond', -1, CAST(until AS timestamp)) AS date) AS varchar) AS last_dt,
        -- `*` becomes `%`, what LIKE would take for a wildcard is escaped by `!`
        replace(replace(replace(replace(lower(api), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%') AS api_like
    FROM params
),
given AS (
    -- Names that calls gave to APIs. Metrics carry the name of a REST API, in ASCII, and the id of another
    SELECT
        event.account_id, event.region, event.api_id, event.api_name, event.event_time,
        coalesce(event.api_kind = 'rest', FALSE) AS is_rest,
        CASE
            WHEN event.api_kind = 'rest'
                THEN coalesce(nullif(regexp_replace(event.api_name, '[^\x00-\x7F]', ''), ''), event.api_id)
            ELSE event.api_id
        END AS measured_as,
        bool_or(
            lower(event.api_name) LIKE span.api_like ESCAPE '!' OR lower(event.api_id) LIKE span.api_like ESCAPE '!'
        ) OVER (PARTITION BY event.account_id, event.region, event.api_id) AS is_wanted
    FROM events AS event
    CROSS JOIN span
    WHERE event.dt >= span.names_dt
        AND event.status = 'Success' AND event.api_name IS NOT NULL AND event.api_id IS NOT NULL
),
apis AS (
    SELECT
        account_id, region, measured_as, is_rest,
        max_by(api_name, event_time) AS newest_name,
        min(api_id) AS api_id,
        count(DISTINCT api_id) AS ids,
        bool_or(is_wanted) AS is_wanted
    FROM given
    GROUP BY account_id, region, measured_as, is_rest
),
points AS (
    SELECT
        point.*,
        CASE
            WHEN point.stage IS NULL THEN 'api'
            WHEN point.method IS NULL AND point.route IS NULL THEN 'stage'
            ELSE 'method'
        END AS series_level
    FROM metric_points AS point
    CROSS JOIN span
    WHERE point.dt BETWEEN span.first_dt AND span.last_dt
        AND point."timestamp" >= span.since
        AND date_add('second', point.period_s, point."timestamp") <= span.until
        AND point.metric = span.metric
        AND point.period_s = span.period_s
        AND coalesce(point.p50, point.p90, point.p95, point.p99) IS NOT NULL
        AND (span.accounts = '*' OR contains(split(span.accounts, ','), point.account))
        AND (span.regions = '*' OR contains(split(span.regions, ','), point.region))
)
SELECT
    points."timestamp" AS slice_start,
    coalesce(points.api_name, apis.newest_name) AS api_name,
    coalesce(points.api_id, CASE WHEN apis.ids = 1 THEN apis.api_id END) AS api_id,
    points.account, points.region, points.stage, points.resource, points.method, points.route,
    points.sample_count AS requests,
    points.p50 AS p50_ms, points.p90 AS p90_ms, points.p95 AS p95_ms, points.p99 AS p99_ms
FROM points
CROSS JOIN span
LEFT JOIN apis
    ON apis.account_id = points.account
    AND apis.region = points.region
    AND apis.measured_as = coalesce(points.api_name, points.api_id)
    AND apis.is_rest = (points.api_name IS NOT NULL)
WHERE points.series_level = span.level
    AND (
        lower(coalesce(points.api_name, points.api_id)) LIKE span.api_like ESCAPE '!'
        OR coalesce(apis.is_wanted, FALSE)
    )
ORDER BY slice_start, api_name, api_id, region, account, stage, resource, method, route
