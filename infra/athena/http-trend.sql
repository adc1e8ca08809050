-- http-trend: requests, latency, errors and data of HTTP APIs over time
--
-- HTTP APIs (CloudWatch metrics). Requests are the samples of `Count`, or of `Latency` where that was not pulled.
-- Averages are sums of `Sum` by sums of `SampleCount`, over one level of series and one period at a time. No traffic,
-- no row. A datapoint that is longer than a slice stands in the slice where it begins.
--
-- Parameters, to be edited in `params` below:
--   account        '*', or account ids with commas
--   region         '*', or regions with commas
--   api            '*', or a pattern of API names and ids: * is any text, case does not count
--   since          first moment, UTC
--   until          moment behind the last, UTC
--   names_since    first day of the events from which names of APIs are learned
--   by_stage       TRUE: rows by API and stage, FALSE: by API
--   slice_minutes  length of a slice
WITH params AS (
    SELECT
        '*' AS account,
        '*' AS region,
        '*' AS api,
        CAST(current_timestamp AS timestamp) - INTERVAL '1' DAY AS since,
        CAST(current_timestamp AS timestamp) AS until,
        CAST(current_timestamp AS date) - INTERVAL '400' DAY AS names_since,
        TRUE AS by_stage,
        15 AS slice_minutes
),
span AS (
    SELECT
        account AS accounts, region AS regions, by_stage, slice_minutes,
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
readings AS (
    -- What a series says of a slice of an hour, by period. Periods that do not divide an hour are for percentiles
    SELECT
        point.account, point.region, point.namespace, point.api_name, point.api_id,
        point.stage, point.resource, point.method, point.route, point.metric,
        date_trunc('hour', point."timestamp") AS hour_start,
        date_add(
            'minute',
            -(date_diff('minute', TIMESTAMP '2000-01-01 00:00:00', point."timestamp") % span.slice_minutes),
            date_trunc('minute', point."timestamp")
        ) AS slice_start,
        point.period_s,
        CASE
            WHEN point.stage IS NULL THEN 1
            WHEN point.method IS NULL AND point.route IS NULL THEN 2
            ELSE 3
        END AS level,
        sum(point.sum) AS total,
        -- What one datapoint does not tell, their sum does not either
        CASE WHEN count(point.sample_count) = count(*) THEN sum(point.sample_count) END AS samples,
        CASE WHEN count(point.minimum) = count(*) THEN min(point.minimum) END AS minimum,
        CASE WHEN count(point.maximum) = count(*) THEN max(point.maximum) END AS maximum
    FROM metric_points AS point
    CROSS JOIN span
    WHERE point.dt BETWEEN span.first_dt AND span.last_dt
        AND point."timestamp" >= span.since
        AND date_add('second', point.period_s, point."timestamp") <= span.until
        AND point.metric IN ('Latency', 'IntegrationLatency', 'Count', '4xx', '5xx', 'DataProcessed')
        AND point.api_id IS NOT NULL
        AND 3600 % point.period_s = 0
        AND point.sum IS NOT NULL
        AND (point.sample_count IS NOT NULL OR point.metric NOT IN ('Latency', 'IntegrationLatency'))
        AND (span.accounts = '*' OR contains(split(span.accounts, ','), point.account))
        AND (span.regions = '*' OR contains(split(span.regions, ','), point.region))
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
),
wanted AS (
    SELECT
        readings.*, apis.newest_name, apis.api_id AS learned_id, apis.ids,
        sum(coalesce(readings.samples, readings.total)) OVER (
            PARTITION BY
                readings.account, readings.region, readings.namespace, readings.api_name, readings.api_id,
                readings.stage, readings.resource, readings.method, readings.route, readings.metric,
                readings.hour_start, readings.period_s
        ) AS seen_in_period
    FROM readings
    CROSS JOIN span
    LEFT JOIN apis
        ON apis.account_id = readings.account
        AND apis.region = readings.region
        AND apis.measured_as = coalesce(readings.api_name, readings.api_id)
        AND apis.is_rest = (readings.api_name IS NOT NULL)
    WHERE lower(coalesce(readings.api_name, readings.api_id)) LIKE span.api_like ESCAPE '!'
        OR coalesce(apis.is_wanted, FALSE)
),
periods AS (
    -- Of a series and hour one period counts: that which saw the most, of equal ones the finest
    SELECT
        wanted.*,
        first_value(period_s) OVER (
            PARTITION BY
                account, region, namespace, api_name, api_id, stage, resource, method, route, metric, hour_start
            ORDER BY seen_in_period DESC, period_s
        ) AS counting_period_s
    FROM wanted
),
levels AS (
    -- A series holds the requests of those below it: of an API and hour one level counts
    SELECT
        periods.*,
        sum(CASE WHEN metric = 'Latency' THEN samples END) OVER (
            PARTITION BY account, region, namespace, api_name, api_id, hour_start, level
        ) AS latency_seen,
        sum(coalesce(samples, total)) OVER (
            PARTITION BY account, region, namespace, api_name, api_id, hour_start, level
        ) AS anything_seen
    FROM periods
    CROSS JOIN span
    WHERE period_s = counting_period_s AND level >= CASE WHEN span.by_stage THEN 2 ELSE 1 END
),
chosen AS (
    -- That which saw the most, of equal ones the widest
    SELECT
        levels.*,
        first_value(level) OVER (
            PARTITION BY account, region, namespace, api_name, api_id, hour_start
            ORDER BY latency_seen IS NULL, coalesce(latency_seen, anything_seen) DESC, level
        ) AS counting_level
    FROM levels
),
places AS (
    -- The metrics of a series side by side
    SELECT
        account, region, namespace, api_name, api_id, newest_name, learned_id, ids,
        stage, resource, method, route, hour_start, slice_start,
        sum(CASE WHEN metric = 'Latency' THEN total END) AS latency_sum,
        sum(CASE WHEN metric = 'Latency' THEN samples END) AS latency_samples,
        max(CASE WHEN metric = 'Latency' THEN maximum END) AS latency_maximum,
        sum(CASE WHEN metric = 'IntegrationLatency' THEN total END) AS integration_sum,
        sum(CASE WHEN metric = 'IntegrationLatency' THEN samples END) AS integration_samples,
        max(CASE WHEN metric = 'IntegrationLatency' THEN maximum END) AS integration_maximum,
        sum(CASE WHEN metric = 'Count' THEN samples END) AS count_samples,
        sum(CASE WHEN metric = '4xx' THEN total END) AS client_errors,
        sum(CASE WHEN metric = '5xx' THEN total END) AS server_errors,
        sum(CASE WHEN metric = 'DataProcessed' THEN total END) AS bytes
    FROM chosen
    WHERE level = counting_level
    GROUP BY
        account, region, namespace, api_name, api_id, newest_name, learned_id, ids,
        stage, resource, method, route, hour_start, slice_start
)
SELECT
    slice_start,
    coalesce(api_name, newest_name) AS api_name,
    coalesce(api_id, CASE WHEN ids = 1 THEN learned_id END) AS api_id,
    account, region,
    CASE WHEN span.by_stage THEN stage END AS stage,
    sum(coalesce(count_samples, latency_samples)) AS requests,
    sum(latency_sum) / nullif(sum(latency_samples), 0) AS average_ms,
    max(latency_maximum) AS maximum_ms,
    sum(integration_sum) / nullif(sum(integration_samples), 0) AS integration_average_ms,
    max(integration_maximum) AS integration_maximum_ms,
    sum(client_errors) AS client_errors,
    sum(client_errors) / nullif(sum(coalesce(count_samples, latency_samples)), 0) AS client_error_rate,
    sum(server_errors) AS server_errors,
    sum(server_errors) / nullif(sum(coalesce(count_samples, latency_samples)), 0) AS server_error_rate,
    sum(bytes) AS bytes_processed
FROM places
CROSS JOIN span
GROUP BY
    slice_start, account, region, api_name, api_id, newest_name, learned_id, ids,
    CASE WHEN span.by_stage THEN stage END
HAVING sum(coalesce(count_samples, latency_samples)) > 0
ORDER BY slice_start, api_name, api_id, region, account, stage
