/* Alerts: what breached in the latest hours. They were judged by the rollup; the filters only choose among them. */

const RULES = {
  server_errors: 'Server errors', client_errors: 'Client errors', latency_average: 'Slow on average', latency_p90: 'Slow (p90)',
  integration_latency_average: 'Backend slow on average', integration_latency_p90: 'Backend slow (p90)', low_traffic: 'Low traffic', no_traffic: 'No traffic',
  failure_jump: 'Control-plane failures', access_denied_jump: 'Access denied', trail_silence: 'No CloudTrail file', metrics_gap: 'Metrics missing',
};
const ruleName = rule => RULES[rule] ?? rule;

/** What an alert is called: muted ones are neither open nor over for whoever muted them. */
const alertStatus = alert => (alert.muted ? 'muted' : alert.status);

function selectAlerts(filters) {
  const isIn = alert => (alert.ended === null || Date.parse(alert.ended) > filters.from) && Date.parse(alert.opened) < filters.to;
  const passes = alert => passesPlace(filters, alert.account, alert.region, alert.api_name ?? alert.api_id, alert.stage);
  return (page.alerts?.alerts ?? []).filter(alert => isIn(alert) && passes(alert));
}

function alertName(alert) {
  const api = apiLabel(alert.api_name, alert.api_id);
  if (api) return alert.stage ? `${api} / ${alert.stage}` : api;
  return alert.principal ?? alert.error_code ?? `${accountLabel(alert.account)} ${alert.region}`;
}

const ALERT_UNITS = { share: formatShare, ms: formatMs, requests: value => plural(value, 'request'), failures: value => plural(value, 'failure'), minutes: value => plural(value, 'minute') };

/** The slices that breached, and failed calls of the worst: a line each. */
function alertEvidence({ unit, evidence }) {
  const value = ALERT_UNITS[unit] ?? formatCount;
  const lines = evidence.slices.map(slice => `${formatTime(Date.parse(slice.from))}: ${value(slice.value)}${slice.requests === null || unit === 'requests' ? '' : ` of ${plural(slice.requests, 'request')}`}`);
  if (evidence.more_slices) lines.push(`${plural(evidence.more_slices, 'more slice')}`);
  return [...lines, ...evidence.events.map(call => `${formatSecond(Date.parse(call.time))}: ${call.event_name} by ${call.principal}, ${call.error_code}, event ${call.event_id}`)];
}

function evidenceCell(alert) {
  const lines = alertEvidence(alert);
  return el('details', null, el('summary', null, plural(lines.length, 'line')), el('ul', null, lines.map(line => el('li', null, isolated(line)))));
}

function alertsTile(filters) {
  if (!page.alerts) return tile('alerts', 'Alerts', NONE, 'judged over the latest hours, not over a day');
  const counts = { open: 0, ended: 0, muted: 0 };
  for (const alert of selectAlerts(filters)) counts[alertStatus(alert)] += 1;
  const value = el('a', { href: linkTo({ at: 'alerts' }) }, `${formatCount(counts.open)} open`);
  return tile('alerts', 'Alerts', value, `${formatCount(counts.ended)} ended, ${formatCount(counts.muted)} muted`, counts.open ? 'bad' : 'good');
}

function alertsSection({ filters }) {
  const lead = 'What breached a threshold of config/gatetrail.toml. Docs: alerts.md.';
  if (!page.alerts) return section('alerts', 'Alerts', lead, panel('alerts', 'Alerts', empty('Alerts are judged over the latest hours, not over a day.', 'The page of the latest hours has them.')));
  const { more, not_evaluated: unjudged, mutes } = page.alerts;
  const when = (title, key) => textColumn(title, alert => alert[key], { show: value => (value === null ? NONE : time(Date.parse(value))) });
  const opened = textColumn('Opened (UTC)', alert => alert.opened, { show: (value, alert) => el('span', null, alert.before_window && 'before ', time(Date.parse(value))) });
  const columns = [
    textColumn('Alert', alert => ruleName(alert.rule)),
    textColumn('Status', alertStatus),
    textColumn('Of', alertName, { long: true }),
    opened,
    when('Ended (UTC)', 'ended'),
    textColumn('What', alert => (alert.muted ? `${alert.summary}. Muted until ${alert.muted.until}: ${alert.muted.reason}` : alert.summary), { long: 'long prose' }),
    textColumn('Evidence', alert => alertEvidence(alert).join('; '), { show: (_, alert) => evidenceCell(alert) }),
    textColumn('Account', alert => alert.account, { show: value => isolated(accountLabel(value)) }),
    textColumn('Region', alert => alert.region),
  ];
  const unjudgedColumns = [
    textColumn('Alert', row => ruleName(row.rule)),
    textColumn('Why', row => row.reason, { long: 'long prose' }),
    countColumn('How many', row => row.subjects),
    textColumn('Such as', row => row.first.join(', '), { long: 'long prose' }),
  ];
  const muteColumns = [
    textColumn('Reason', row => row.reason, { long: 'long prose' }),
    textColumn('Of', row => ['rule', 'api', 'stage', 'account', 'region'].filter(key => row[key]).map(key => `${key} ${row[key]}`).join(', '), { long: true }),
    textColumn('Until (UTC)', row => row.until, { show: value => time(Date.parse(value)) }),
    textColumn('State', row => (row.expired ? 'over: it may be deleted' : 'in force')),
    countColumn('Alerts', row => row.alerts),
  ];
  return section('alerts', 'Alerts', lead,
    tablePanel('alerts', 'Alerts', columns, selectAlerts(filters), ['Nothing breached in this selection.', 'What could not be judged is below.'], { wide: true, note: more ? `${formatCount(more)} more are not listed.` : null }),
    tablePanel('not-evaluated', 'Not evaluated', unjudgedColumns, unjudged, ['Everything was judged.'], { wide: true, first: 5 }),
    mutes.length ? tablePanel('mutes', 'Mutes', muteColumns, mutes, ['None.'], { wide: true }) : []);
}
