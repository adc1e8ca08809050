-- Average latency by API in the latest 24 hours, of stages: the API's own figure is their exact sum. Never a mean of means.
WITH span AS (
    SELECT CAST(current_timestamp AS timestamp) - INTERVAL '24' HOUR AS first, CAST(current_timestamp AS timestamp) AS past
)
SELECT
    coalesce(point.api_name, point.api_id) AS api, point.namespace, point.region, point.account,
    sum(point.sum) / sum(point.sample_count) AS average_ms,
    sum(point.sample_count) AS requests,
    min(point.minimum) AS minimum_ms,
    max(point.maximum) AS maximum_ms
FROM metric_points AS point CROSS JOIN span
WHERE point.dt >= CAST(CAST(span.first AS date) AS varchar)
    AND point.dt <= CAST(CAST(span.past AS date) AS varchar)
    AND point."timestamp" >= span.first
    AND point."timestamp" < span.past
    AND point.metric = 'Latency'
    AND point.stage IS NOT NULL AND point.resource IS NULL AND point.method IS NULL AND point.route IS NULL
    AND point.sample_count > 0
GROUP BY coalesce(point.api_name, point.api_id), point.namespace, point.region, point.account
ORDER BY average_ms DESC, api, point.region, point.account
