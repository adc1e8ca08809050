-- Top error codes of API Gateway in the latest 24 hours, by the time of the call. Corrected events count as corrected.
WITH span AS (
    SELECT CAST(current_timestamp AS timestamp) - INTERVAL '24' HOUR AS first, CAST(current_timestamp AS timestamp) AS past
),
dated AS (
    SELECT event.*
    FROM events AS event CROSS JOIN span
    WHERE event.dt >= CAST(CAST(span.first AS date) AS varchar)
        AND event.dt <= CAST(CAST(span.past AS date) AS varchar)
        AND event.event_time >= span.first
        AND event.event_time < span.past
        AND NOT event.after_delivery
),
corrected AS (
    SELECT DISTINCT account_id, original_event_id FROM dated
    WHERE addendum_reason = 'UPDATED_DATA' AND original_event_id IS NOT NULL AND original_event_id <> event_id
)
SELECT event.error_code, count(*) AS failures
FROM dated AS event
LEFT JOIN corrected ON corrected.account_id = event.account_id AND corrected.original_event_id = event.event_id
WHERE event.status = 'Failure' AND corrected.original_event_id IS NULL
GROUP BY event.error_code
ORDER BY failures DESC, event.error_code
LIMIT 10
