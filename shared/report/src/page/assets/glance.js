/* The answer in one glance. */

function tile(id, title, value, detail, state) {
  return el('div', { class: `tile ${state ?? ''}`, id: `tile-${id}` },
    el('dt', null, title), el('dd', null, el('span', { class: 'value' }, value), el('span', { class: 'detail' }, detail)));
}

function glance(selection) {
  const failed = sumOf(selection.failures);
  const all = sumOf(selection.all);
  const [topCode] = countBy(selection.failures, row => textOf(events.error_code[row]));
  const slowest = latencyRows(selection, API)[0];
  const rates = errorRates(selection);
  const codes = topCode
    ? el('a', { href: linkTo({ code: topCode[0], at: 'errors' }) }, topCode[0])
    : NONE;
  return section('glance', 'At a glance', null,
    el('dl', { class: 'tiles' },
      alertsTile(selection.filters),
      tile('failures', 'Failed control-plane calls', formatCount(failed), all ? `of ${formatCount(all)} calls, ${formatShare(failed / all)}` : 'no calls in this selection', failed ? 'bad' : 'good'),
      tile('top-code', 'Top error code', codes, topCode ? `${plural(topCode[1], 'failure')}, ${formatShare(topCode[1] / failed)} of all` : 'nothing failed'),
      tile('slowest', 'Slowest API', slowest ? isolated(textOf(series.api_name[slowest.at]) || slowest.name) : NONE, slowest ? `${formatMs(slowest.average)} on average over ${plural(slowest.samples, 'request')}` : metricsMissing()[0]),
      tile('server-errors', 'Requests that failed (5xx)', rates.server ? formatShare(rates.server.rate) : NONE, rates.server ? `${plural(rates.server.errors, 'request')}; 4xx: ${rates.client ? formatShare(rates.client.rate) : NONE}` : 'not pulled', rates.server && rates.server.rate >= 0.05 ? 'bad' : ''),
      completenessTile(),
      freshnessTile()),
    panel('deliveries', 'Last delivery of each account and region', deliveriesTable(selection.filters), { wide: true, note: 'When CloudTrail last delivered a file, and until when metrics were pulled. These do not depend on the range of time.' }));
}

function completenessTile() {
  const { sources, malformed } = page.coverage;
  const latency = page.average_latency?.sources;
  const problems = [];
  if (sources.rejected) problems.push(plural(sources.rejected, 'file rejected', 'files rejected'));
  if (sources.malformed) problems.push(`${plural(sources.malformed, 'malformed record')} in ${plural(malformed.files.length + malformed.more, 'file')}`);
  if (latency?.incomplete) problems.push(plural(latency.incomplete, 'window of metrics incomplete', 'windows of metrics incomplete'));
  if (latency && page.average_latency.pulls.some(pulled => !pulled.complete) && !latency.incomplete) problems.push('windows of metrics missing');
  const read = `${formatCount(sources.analyzed)} of ${plural(sources.files, 'file')} read`;
  return tile('complete', 'Completeness', problems.length ? 'Gaps' : 'Complete', problems.length ? `${problems.join('; ')}; ${read}` : read, problems.length ? 'warn' : 'good');
}

function freshnessTile() {
  const last = page.coverage.last_deliveries.map(one => Date.parse(one.delivered));
  const newest = last.length ? Math.max(...last) : null;
  const pulled = page.average_latency?.window.pulled_to;
  const part = (label, ms) => el('span', { class: 'fresh' }, `${label}: `, ms === null ? 'nothing yet' : [time(ms), ` (${formatAge(ms)})`]);
  return el('div', { class: 'tile', id: 'tile-fresh' }, el('dt', null, 'Freshness (UTC)'),
    el('dd', null, part('CloudTrail', newest), part('Metrics', pulled ? Date.parse(pulled) : null)));
}

function deliveriesTable({ account, region }) {
  const rows = new Map();
  const row = (of, where) => {
    const key = `${of} ${where}`;
    if (!rows.has(key)) rows.set(key, { account: of, region: where, delivered: null, pulled: null, complete: null });
    return rows.get(key);
  };
  for (const one of page.coverage.last_deliveries) row(one.account, one.region).delivered = Date.parse(one.delivered);
  for (const one of page.average_latency?.pulls ?? []) Object.assign(row(one.account, one.region), { pulled: Date.parse(one.pulled_to), complete: one.complete });
  // Accounts that another one looks at have no pulls of their own.
  for (const [key, one] of rows) {
    if (one.pulled !== null) continue;
    const [of, where] = key.split(' ');
    const seen = (page.average_latency?.rows ?? []).filter(api => api.account === of && api.region === where);
    const pulls = (page.average_latency?.pulls ?? []).filter(pulled => pulled.region === where).map(pulled => Date.parse(pulled.pulled_to));
    if (seen.length && pulls.length) Object.assign(one, { pulled: Math.max(...pulls), complete: seen.every(api => api.complete) });
  }
  const shown = [...rows.values()].filter(one => (!account || one.account === account) && (!region || one.region === region))
    .sort((a, b) => byCodePoint(a.account, b.account) || byCodePoint(a.region, b.region));
  if (!shown.length) return empty('No delivery and no pull of this selection.', 'Clear the filters by account and region.');
  const when = (title, value) => ({ title, value: one => (value(one) === null ? null : iso(value(one))), show: (_, one) => (value(one) === null ? NONE : el('span', null, time(value(one)), el('span', { class: 'age' }, ` ${formatAge(value(one))}`))) });
  return table('Last deliveries', [
    textColumn('Account', one => one.account, { show: value => isolated(accountLabel(value)) }),
    textColumn('Region', one => one.region),
    when('CloudTrail delivered (UTC)', one => one.delivered),
    when('Metrics pulled to (UTC)', one => one.pulled),
    textColumn('Metrics', one => (one.complete === null ? 'none pulled' : one.complete ? 'complete' : 'incomplete')),
  ], shown);
}
