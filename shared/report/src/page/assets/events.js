/* Panels of the calls to the control plane: top error codes, and the audit panels. */

const codeOf = row => textOf(events.error_code[row]);
const nameOf = row => shownText(events.event_name[row]);
const NO_FAILURES = ['No call failed in this selection.', 'Widen the range of time or clear filters to see others.'];
const NO_EVENTS = ['No call to the control plane in this selection.', 'Widen the range of time or clear filters; if there never is one, is the trail delivered to the bucket that Gatetrail reads?'];

function shares(counts) {
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  return counts.map(([value, count]) => ({ value, count, share: count / all }));
}

const countColumns = (title, show) => [
  textColumn(title, row => row.value, { show: show ?? (value => isolated(value || '(none)')), long: true }),
  countColumn('Events', row => row.count),
  barColumn('Share', row => row.share),
];

function trendOptions(rows, keyOf) {
  const slices = slicesOf(filters, events.slice_s);
  const lines = linesOf(trendOf(rows, keyOf));
  return { lines, slices, slice_s: events.slice_s, unit: `events per ${(events.slice_s ?? 0) === 900 ? '15 min' : 'hour'}`, format: formatCount, bars: true, fill: 0 };
}

function errorsSection(selection) {
  const codes = shares(countBy(selection.failures, codeOf));
  const link = code => el('a', { href: linkTo({ code: filters.code === code ? null : code, at: 'errors' }), 'aria-current': filters.code === code ? 'true' : null, title: 'Show its failed events, users, APIs and source IPs' }, isolated(code));
  return section('errors', 'Control-plane errors (Top Error Codes)',
    'Calls that create, change, read or delete APIs, as CloudTrail records them. CloudTrail does not see the requests that your APIs answer: their 4xx and 5xx are in the metrics below.',
    tablePanel('top-error-codes', 'Top error codes', countColumns('Error code', link), codes, NO_FAILURES, { note: codes.length ? 'Choose a code to see who failed, where, and from which address.' : null, attributes: row => ({ class: filters.code === row.value ? 'chosen' : null }) }),
    trendPanel('error-trend', 'Failures over time by error code', { ...trendOptions(selection.failures, codeOf), marks: marksOf(selection) }, NO_FAILURES),
    filters.code === null ? [] : drillDown(selection));
}

function drillDown(selection) {
  const { code } = filters;
  const rows = selection.ofCode;
  const total = sumOf(rows);
  const back = el('a', { class: 'close', href: linkTo({ code: null, at: 'errors' }), id: 'close-code' }, 'Close');
  const head = el('article', { class: 'panel wide drill', id: 'panel-drill' }, el('h3', { id: 'drill-title', tabindex: '-1' }, 'Error code ', el('code', null, code)), back,
    el('p', { class: 'note' }, total ? `${plural(total, 'failure')} in this selection.` : 'None in this selection.'));
  if (!total) return [head];
  const by = (id, title, column, keyOf) => tablePanel(id, `${code}: ${title}`, countColumns(column), shares(countBy(rows, keyOf)), NO_FAILURES);
  const details = selection.listed.filter(row => textOf(listed.error_code[row]) === code);
  return [head,
    by('drill-users', 'users', 'User', row => shownText(events.user[row])),
    by('drill-apis', 'APIs', 'API', row => eventApi(row) || '(not named)'),
    by('drill-ips', 'source IPs', 'Source IP', row => shownText(events.source_ip[row])),
    by('drill-names', 'event names', 'Event name', nameOf),
    detailsPanel('drill-events', `${code}: failed events`, details, total)];
}

function detailsPanel(id, title, rows, total, failed = true) {
  const number = column => row => textOf(listed[column][row]);
  const columns = [
    textColumn('Time (UTC)', row => iso(listed.time_ms[row]), { show: (_, row) => el('time', { datetime: iso(listed.time_ms[row]) }, formatSecond(listed.time_ms[row])) }),
    textColumn('Event name', number('event_name')),
    ...(failed ? [textColumn('Error code', number('error_code')), textColumn('Message', number('error_message'), { long: 'long prose' })] : []),
    textColumn('User', number('user'), { long: true }),
    textColumn('API', row => apiLabel(textOf(listed.api_name[row]), textOf(listed.api_id[row]))),
    textColumn('Stage', number('stage')),
    textColumn('Source IP', number('source_ip')),
    textColumn('Account', number('account'), { show: value => isolated(accountLabel(value)) }),
    textColumn('Region', number('region')),
    textColumn('User agent', number('user_agent'), { long: 'clip', show: value => el('bdi', { title: value }, value) }),
    textColumn('Request id', row => listed.request_id[row]),
  ];
  const note = rows.length < total ? `The page lists ${formatCount(rows.length)} of ${formatCount(total)}, the newest first. gatetrail events lists all.` : null;
  return tablePanel(id, title, columns, rows, rows.length < total ? ['None of them is among the events that the page lists.', 'gatetrail events lists all.'] : NO_FAILURES, { wide: true, note, kind: 'details' });
}

function auditSection(selection) {
  const { shown, failures, successes } = selection;
  const status = row => (failedRow(row) ? 'Failure' : 'Success');
  const statusLines = trendOptions(shown, status);
  const colors = { Failure: '--bad', Success: '--c3' };
  statusLines.lines = ['Failure', 'Success'].map(name => ({ ...(statusLines.lines.find(line => line.name === name) ?? { name, values: new Map() }), color: colors[name] }));
  const places = rows => shares(countBy(rows.filter(isPerson), row => shownText(events.source_ip[row])));
  const wantsFailures = filters.status !== 'success', wantsSuccesses = filters.status !== 'failure';
  const otherStatus = ['The filter by status leaves them out.', 'Choose any status.'];
  const listedOf = failed => selection.listed.filter(row => (textOf(listed.error_code[row]) !== '') === failed);
  return section('audit', 'Audit events', 'Every call to the control plane, failed or not.',
    trendPanel('event-trend', 'Events trend by event name', trendOptions(shown, nameOf), NO_EVENTS),
    trendPanel('status-trend', 'Event status trend', statusLines, NO_EVENTS),
    tablePanel('status', 'Event status', countColumns('Status'), shares(countBy(shown, status)), NO_EVENTS),
    tablePanel('failed-events', 'Failed events', countColumns('Event name'), wantsFailures ? shares(countBy(failures, nameOf)) : [], wantsFailures ? NO_FAILURES : otherStatus),
    tablePanel('successful-events', 'Successful events', countColumns('Event name'), wantsSuccesses ? shares(countBy(successes, nameOf)) : [], wantsSuccesses ? NO_EVENTS : otherStatus),
    usersPanel(shown),
    tablePanel('user-agents', 'Top user agents', countColumns('User agent'), shares(countBy(shown, row => shownText(events.user_agent[row]))), NO_EVENTS),
    tablePanel('failure-places', 'Failure activity by source IP', countColumns('Source IP'), wantsFailures ? places(failures) : [], wantsFailures ? NO_FAILURES : otherStatus, { note: 'Without callers that are AWS services.' }),
    tablePanel('success-places', 'Successful activity by source IP', countColumns('Source IP'), wantsSuccesses ? places(successes) : [], wantsSuccesses ? NO_EVENTS : otherStatus, { note: 'Without callers that are AWS services.' }),
    countryPanel('failure-countries', 'Failure activity by country', wantsFailures ? failures : [], wantsFailures ? NO_FAILURES : otherStatus),
    countryPanel('success-countries', 'Successful activity by country', wantsSuccesses ? successes : [], wantsSuccesses ? NO_EVENTS : otherStatus),
    threatsPanel(shown),
    changesPanel(selection),
    detailsPanel('failed-details', 'Failed event details', wantsFailures ? listedOf(true) : [], wantsFailures ? sumOf(failures) : 0),
    detailsPanel('successful-details', 'Successful event details', wantsSuccesses ? listedOf(false) : [], wantsSuccesses ? sumOf(successes) : 0, false));
}

/** The sort of an API that an event names, as far as metrics tell it. */
const kindOfApi = (() => {
  const known = new Map();
  series.account.forEach((account, at) => known.set(JSON.stringify([textOf(account), apiKey(series.api_name[at], series.api_id[at])]), kinds[at]));
  return row => known.get(JSON.stringify([textOf(listed.account[row]), apiKey(listed.api_name[row], listed.api_id[row])]));
})();

const changedPlace = row => [apiLabel(textOf(listed.api_name[row]), textOf(listed.api_id[row])), textOf(listed.stage[row])].filter(Boolean).join(', ') || 'no API named';

/** Changes as charts mark them; of a sort of API those that may be of it. */
function marksOf(selection, kind = null) {
  const rows = selection.changes.filter(row => !kind || (kindOfApi(row) ?? kind) === kind);
  return rows.map(row => ({ at: listed.time_ms[row], text: `${formatClock(listed.time_ms[row])} ${textOf(listed.event_name[row])}: ${shortened(changedPlace(row))}, by ${shortened(textOf(listed.user[row]) || 'nobody named')}` }));
}

const HOUR_MS = 3_600_000;

/** What changed, with a link to the hours around it. */
function changesPanel(selection) {
  const rows = selection.changes;
  const around = (_, row) => {
    const at = listed.time_ms[row];
    const from = Math.max(windowFrom, Math.floor(at / QUARTER_MS) * QUARTER_MS - HOUR_MS);
    const to = Math.min(windowTo, Math.ceil(at / QUARTER_MS) * QUARTER_MS + HOUR_MS);
    return el('a', { href: linkTo({ from, to, at: 'latency' }), title: 'Show the hour before and the hour after' }, formatSecond(at));
  };
  const all = page.listed.changes;
  const has = listed.effect.filter(effect => effect !== null).length;
  const note = ['Successful calls that change how an API answers. Charts of latency and errors mark them. What is defined anew is in force once it is deployed; of an HTTP API at once, where its stage deploys by itself.', has < all && `The page has the newest ${formatCount(has)} of ${formatCount(all)}.`].filter(Boolean).join(' ');
  return tablePanel('changes', 'Changes', [
    textColumn('Time (UTC)', row => iso(listed.time_ms[row]), { show: around }),
    textColumn('Event name', row => textOf(listed.event_name[row])),
    textColumn('API', row => apiLabel(textOf(listed.api_name[row]), textOf(listed.api_id[row])), { long: true }),
    textColumn('Stage', row => textOf(listed.stage[row])),
    textColumn('User', row => textOf(listed.user[row]), { long: true }),
    textColumn('Effect', row => listed.effect[row], { long: true }),
    textColumn('Account', row => textOf(listed.account[row]), { show: value => isolated(accountLabel(value)) }),
    textColumn('Region', row => textOf(listed.region[row])),
  ], rows, ['No API was changed in this selection.', 'Widen the range of time or clear filters; failed calls change nothing.'], { wide: true, note });
}

/** What stands where a file of the operator's is needed: why there is none, and how to give one. */
const noBook = ({ named, problem }, why, how) => (named ? [`${problem}.`, 'Mend the file; gatetrail config check says whether it is sound. Reports made after that have it.'] : [why, how]);

const COUNTRY_OF_AWS = '(AWS service)';

/** Activity by country: with a file, for as long as countries are told apart. */
function countryPanel(id, title, rows, why) {
  const missing = page.countries.about === null;
  const located = missing ? [] : rows.filter(row => textOf(events.country[row]) !== COUNTRY_OF_AWS && isPerson(row));
  const reason = missing ? noBook(page.countries, 'No GeoIP file is configured.', 'Addresses are not sent anywhere to be looked up: put a file of countries in MaxMind\'s format beside the configuration of the store, and its name into [geoip].') : why;
  return tablePanel(id, title, countColumns('Country'), shares(countBy(located, row => shownText(events.country[row]))), reason,
    { note: missing ? null : `By ${page.countries.about}. Without callers that are AWS services.` });
}

function threatsPanel(rows) {
  const missing = page.threats.about === null;
  const found = missing ? [] : rows.filter(row => textOf(events.threat[row]));
  const failed = new Map(countBy(found.filter(failedRow), row => shownText(events.source_ip[row])));
  const last = new Map();
  for (const row of found) last.set(shownText(events.source_ip[row]), textOf(events.threat[row]));
  const columns = [...countColumns('Source IP'), countColumn('Failures', row => failed.get(row.value) ?? 0), textColumn('On the list as', row => last.get(row.value))];
  const reason = missing
    ? noBook(page.threats, 'No list of addresses is configured.', 'Gatetrail has no vendor feed: put a list of your own, an address or CIDR a line, beside the configuration of the store, and its name into [threats].')
    : ['No caller of this selection is on the list.', `It has ${page.threats.about}.`];
  return tablePanel('threats', 'Threats by caller IP', columns, shares(countBy(found, row => shownText(events.source_ip[row]))), reason, { wide: found.length > 0, note: missing || !found.length ? null : `Callers that are on the list of the configuration, which has ${page.threats.about}.` });
}

const isPerson = row => !/\.amazonaws\.com$|^AWS Internal$/.test(textOf(events.source_ip[row]) ?? '');

/** The top ten of each sort of principal. */
function usersPanel(rows) {
  const byType = new Map();
  for (const row of rows) {
    const type = shownText(events.principal_type[row], '(no type)');
    if (!byType.has(type)) byType.set(type, []);
    byType.get(type).push(row);
  }
  const all = [...byType].flatMap(([type, own]) => shares(countBy(own, row => shownText(events.user[row]))).slice(0, 10).map(row => ({ type, ...row })));
  all.sort((a, b) => b.count - a.count || byCodePoint(a.type, b.type) || byCodePoint(a.value, b.value));
  return tablePanel('users', 'Top users', [
    textColumn('User', row => row.value, { show: value => isolated(value || '(none)'), long: true }),
    textColumn('Principal type', row => row.type),
    countColumn('Events', row => row.count),
    shareColumn('Share of its type', row => row.share),
  ], all, NO_EVENTS, { note: 'The first ten of each type of principal.' });
}
