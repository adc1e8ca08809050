/* Panels of the metrics: latency, requests and errors of REST, HTTP and WebSocket APIs. */

function metricsMissing() {
  if (!page.average_latency) return ['No metrics have been pulled.', 'Deploy the function api-latency, or run gatetrail pull: CloudWatch keeps what CloudTrail never sees.'];
  return ['No datapoint of it in this selection.', 'An API without traffic has none. Widen the range of time or clear filters.'];
}

const notPulled = metric => (page.metrics.metrics[metric] ? metricsMissing() : page.average_latency ? [`The metric ${metric} was not pulled.`, PULL_MORE] : metricsMissing());

/** Sums of a metric by a key: sum, samples, least, greatest. */
function totalsBy(selection, metric, level, kind, keyOf) {
  const totals = new Map();
  eachCell(selection, metric, level, kind, (at, start, cell, cells) => {
    const key = keyOf(at, start);
    const one = totals.get(key) ?? { at, sum: 0, samples: 0, minimum: Infinity, maximum: -Infinity };
    one.sum += cells.sum[cell] ?? 0;
    one.samples += cells.samples[cell] ?? 0;
    if (cells.minimum) {
      one.minimum = cells.minimum[cell] === null ? NaN : Math.min(one.minimum, cells.minimum[cell]);
      one.maximum = cells.maximum[cell] === null ? NaN : Math.max(one.maximum, cells.maximum[cell]);
    }
    totals.set(key, one);
  });
  return totals;
}

const placeOf = at => [textOf(series.account[at]), textOf(series.region[at]), seriesApi(at)];
const stageOf = at => [...placeOf(at), textOf(series.stage[at])];
const methodOf = at => [...stageOf(at), textOf(series.resource[at]), textOf(series.method[at]) || textOf(series.route[at])];
const keyAt = level => at => JSON.stringify(level === API ? placeOf(at) : level === STAGE ? stageOf(at) : methodOf(at));

const ERRORS = { rest: { client: '4XXError', server: '5XXError' }, http: { client: '4xx', server: '5xx' } };
const requestsMetric = kind => (kind === 'websocket' ? 'MessageCount' : page.metrics.metrics.Count ? 'Count' : 'Latency');

/** The rate of an error: of REST APIs each request is a sample of it, of others the requests are counted beside it. */
function ratesBy(selection, level, kind, which, keyOf) {
  const metric = ERRORS[kind]?.[which];
  const errors = totalsBy(selection, metric, level, kind, keyOf);
  const requests = totalsBy(selection, requestsMetric(kind), level, kind, keyOf);
  const rates = new Map();
  for (const [key, one] of kind === 'rest' ? errors : page.metrics.metrics[metric] ? requests : []) {
    const counted = errors.get(key)?.sum ?? 0;
    const of = (kind === 'rest' && one.samples) || (requests.get(key)?.samples ?? 0);
    if (of) rates.set(key, { errors: counted, requests: of, rate: counted / of });
  }
  return rates;
}

function errorRates(selection) {
  const sum = which => {
    const all = ['rest', 'http'].flatMap(kind => [...ratesBy(selection, API, kind, which, () => 'all').values()]);
    const [errors, requests] = ['errors', 'requests'].map(name => all.reduce((total, one) => total + one[name], 0));
    return requests ? { errors, requests, rate: errors / requests } : null;
  };
  return { client: sum('client'), server: sum('server') };
}

/** Rows of average latency, the slowest first. */
function latencyRows(selection, level, kind = null, metric = 'Latency') {
  const totals = totalsBy(selection, metric, level, kind, keyAt(level));
  const rates = {};
  for (const which of ['client', 'server']) {
    rates[which] = new Map(['rest', 'http'].flatMap(one => [...ratesBy(selection, level, one, which, keyAt(level))]));
  }
  const beside = name => totalsBy(selection, name, level, kind, keyAt(level));
  const [integration, hits, misses, data] = level === API ? [] : ['IntegrationLatency', 'CacheHitCount', 'CacheMissCount', 'DataProcessed'].map(beside);
  const share = one => (one?.samples ? one.sum / one.samples : null);
  const known = page.average_latency?.rows ?? [];
  const rows = [...totals].filter(([, one]) => one.samples > 0).map(([key, one]) => {
    const [account, region, name, stage, resource, method] = JSON.parse(key);
    const told = known.find(row => row.account === account && row.region === region && (series.rest[one.at] ? row.api_name === textOf(series.api_name[one.at]) : row.api_id === textOf(series.api_id[one.at])));
    return {
      account, region, name, stage, resource, method, at: one.at,
      average: one.sum / one.samples, samples: one.samples,
      minimum: Number.isFinite(one.minimum) ? one.minimum : null, maximum: Number.isFinite(one.maximum) ? one.maximum : null,
      client: rates.client.get(key)?.rate, server: rates.server.get(key)?.rate,
      clientErrors: rates.client.get(key)?.errors, serverErrors: rates.server.get(key)?.errors,
      integration: share(integration?.get(key)), hit: share(hits?.get(key)), miss: share(misses?.get(key)), data: data?.get(key)?.sum,
      complete: told?.complete, ambiguous: told?.ambiguous ?? false,
    };
  });
  return rows.sort((a, b) => b.average - a.average || byCodePoint(a.name, b.name) || byCodePoint(a.region, b.region) || byCodePoint(a.account, b.account) || byCodePoint(a.stage ?? '', b.stage ?? ''));
}

/** Columns of what else was pulled of stages and methods: those that some row has. */
const besideColumns = rows => [
  countColumn('4xx errors', row => row.clientErrors),
  countColumn('5xx errors', row => row.serverErrors),
  msColumn('Integration average', row => row.integration),
  shareColumn('Cache hits', row => row.hit),
  shareColumn('Cache misses', row => row.miss),
  { title: 'Data processed', value: row => row.data, show: formatBytes, number: true },
].filter(column => rows.some(row => known(column.value(row))));

function latencyColumns(level, rows) {
  const api = textColumn('API', row => row.name, { long: true, show: (value, row) => el('span', null, isolated(value), row.ambiguous && el('span', { class: 'flag', title: 'Several REST APIs have this name in one account and region: CloudWatch makes one series of them.' }, ' several APIs')) });
  const more = level === API ? [] : [textColumn('Stage', row => row.stage)];
  if (level === METHOD) more.push(textColumn('Resource', row => row.resource), textColumn('Method or route', row => row.method));
  return [
    api, ...more,
    msColumn('Average', row => row.average),
    countColumn('Requests', row => row.samples),
    msColumn('Minimum', row => row.minimum),
    msColumn('Maximum', row => row.maximum),
    shareColumn('4xx', row => row.client),
    shareColumn('5xx', row => row.server),
    ...(level === API ? [] : besideColumns(rows)),
    textColumn('Region', row => row.region),
    textColumn('Account', row => row.account, { show: value => isolated(accountLabel(value)) }),
    textColumn('Namespace', () => 'AWS/ApiGateway'),
    textColumn('Data', row => (row.complete === undefined ? NONE : row.complete ? 'complete' : 'incomplete')),
  ];
}

const sliceLabel = slice_s => (slice_s === 900 ? '15 min' : slice_s === 3600 ? 'hour' : 'window');

/** A chart of a metric by API and time: `of` makes the value of a slice from its sums. */
function metricTrend(selection, id, title, metric, kind, unit, format, of, { bars = false, fill = null, rank = one => one.samples, level = API, keyOf = seriesApi, marked = true, more } = {}) {
  const totals = totalsBy(selection, metric, level, kind, (at, start) => JSON.stringify([keyOf(at), start]));
  const byApi = new Map();
  for (const [key, one] of totals) {
    const [name, start] = JSON.parse(key);
    const value = of(one);
    const line = byApi.get(name) ?? { total: 0, values: new Map() };
    if (known(value)) line.values.set(start, value);
    line.total += rank(one);
    byApi.set(name, line);
  }
  const lines = linesOf(byApi, MOST_LINES, bars ? 'all others' : null);
  const left = byApi.size - MOST_LINES;
  const note = !bars && left > 0 ? `The ${MOST_LINES} with the most requests; ${plural(left, 'other is', 'others are')} in the table.` : null;
  const { slice_s } = page.metrics;
  return trendPanel(id, title, { lines, slices: slicesOf(filters, slice_s), slice_s, unit, format, bars, fill, marks: marked ? marksOf(selection, kind) : [] }, notPulled(metric), { note, ...more });
}

const average = one => (one.samples ? one.sum / one.samples : null);
const perSlice = what => `${what} per ${sliceLabel(page.metrics.slice_s)}`;

function latencySection(selection) {
  const rows = latencyRows(selection, API);
  return section('latency', 'Average latency by API name',
    'From a request of a client to the response, over all requests: the sum of durations by the number of requests, at one level of series, so that no request counts twice.',
    tablePanel('average-latency', 'Average latency', latencyColumns(API, rows), rows, metricsMissing(), { wide: true }),
    metricTrend(selection, 'latency-trend', 'Average latency over time', 'Latency', null, 'milliseconds', formatMs, average, { more: { wide: true } }));
}

function rateTrend(selection, id, title, kind, which) {
  const rates = ratesBy(selection, API, kind, which, (at, start) => JSON.stringify([seriesApi(at), start]));
  const byApi = new Map();
  for (const [key, one] of rates) {
    const [name, start] = JSON.parse(key);
    const line = byApi.get(name) ?? { total: 0, values: new Map() };
    line.values.set(start, one.rate);
    line.total += one.errors;
    byApi.set(name, line);
  }
  const { slice_s } = page.metrics;
  return trendPanel(id, title, { lines: linesOf(byApi, MOST_LINES, null), slices: slicesOf(filters, slice_s), slice_s, unit: '% of requests', format: formatShare, marks: marksOf(selection, kind) }, notPulled(ERRORS[kind][which]), byApi.size > MOST_LINES ? { note: `The ${MOST_LINES} with the most errors.` } : {});
}

function percentileTrend(selection, kind, id) {
  const names = ['p50', 'p90', 'p95', 'p99'];
  const lines = names.map(name => ({ name, values: new Map() }));
  eachCell(selection, 'Latency', API, kind, (at, start, cell, cells) => {
    names.forEach((_, index) => {
      const value = cells.percentiles?.[index]?.[cell];
      if (known(value)) lines[index].values.set(start, Math.max(lines[index].values.get(start) ?? 0, value));
    });
  });
  const has = lines.some(line => line.values.size);
  const { slice_s } = page.metrics;
  return trendPanel(id, 'Percentiles of latency', { lines: has ? lines.filter(line => line.values.size) : [], slices: slicesOf(filters, slice_s), slice_s, unit: 'milliseconds', format: formatMs, marks: marksOf(selection, kind) },
    page.average_latency ? ['Percentiles were not pulled.', `They cannot be derived from averages. ${PULL_PERCENTILES}`] : metricsMissing(),
    { note: has ? 'The greatest of any series and period within each slice: percentiles do not merge. Choose an API and a stage for those of one series.' : null });
}

function cacheTrend(selection) {
  const lines = [['CacheHitCount', 'hits'], ['CacheMissCount', 'misses']].map(([metric, name]) => {
    const values = new Map();
    for (const [start, one] of totalsBy(selection, metric, API, 'rest', (_, at) => at)) if (one.samples) values.set(start, one.sum / one.samples);
    return { name, values };
  });
  const { slice_s } = page.metrics;
  return trendPanel('cache', 'Cache hit and miss rate', { lines: lines.filter(line => line.values.size), slices: slicesOf(filters, slice_s), slice_s, unit: '% of requests', format: formatShare }, notPulled('CacheHitCount'));
}

/** A table of latencies by stage, or by method or route. */
function latencyPanel(selection, id, title, level, kind, why, options = {}, metric = 'Latency') {
  const rows = latencyRows(selection, level, kind, metric);
  return tablePanel(id, title, latencyColumns(level, rows), rows, why, { wide: true, ...options });
}

/** What a WebSocket API has in place of requests and latency, by stage or by route. */
function socketPanel(selection, id, title, level, why) {
  const counted = [['Connects', 'ConnectCount'], ['Messages', 'MessageCount'], ['Client errors', 'ClientError'], ['Execution errors', 'ExecutionError'], ['Integration errors', 'IntegrationError']];
  const sums = Object.fromEntries([...counted.map(([, metric]) => metric), 'IntegrationLatency'].map(metric => [metric, totalsBy(selection, metric, level, 'websocket', keyAt(level))]));
  const keys = [...new Set(Object.values(sums).flatMap(totals => [...totals.keys()]))].sort(byCodePoint);
  const rows = keys.map(key => {
    const [account, region, name, stage, , route] = JSON.parse(key);
    return { key, account, region, name, stage, route };
  });
  const columns = callsColumns(STAGE, [
    ...(level === METHOD ? [textColumn('Route', row => row.route)] : []),
    ...counted.map(([name, metric]) => countColumn(name, row => sums[metric].get(row.key)?.sum)),
    msColumn('Integration average', row => { const one = sums.IntegrationLatency.get(row.key); return one ? average(one) : null; }),
  ]);
  return tablePanel(id, title, columns, rows, why, { wide: true });
}

function callsColumns(level, columns) {
  const more = level === API ? [] : [textColumn('Stage', row => row.stage)];
  return [textColumn('API', row => row.name, { long: true }), ...more, ...columns, textColumn('Region', row => row.region), textColumn('Account', row => row.account, { show: value => isolated(accountLabel(value)) })];
}

function callsPanel(selection, id, title, kind, metric, what) {
  const count = one => (metric === 'Latency' || metric === 'Count' ? one.samples : one.sum);
  const totals = totalsBy(selection, metric, STAGE, kind, keyAt(STAGE));
  const rows = [...totals].map(([key, one]) => { const [account, region, name, stage] = JSON.parse(key); return { account, region, name, stage, count: count(one) }; })
    .sort((a, b) => b.count - a.count || byCodePoint(a.name, b.name) || byCodePoint(a.stage, b.stage));
  const all = rows.reduce((sum, row) => sum + row.count, 0);
  const apis = new Set(rows.map(row => JSON.stringify([row.account, row.region, row.name]))).size;
  const columns = callsColumns(STAGE, [countColumn(what, row => row.count), shareColumn('Share', row => (all ? row.count / all : 0))]);
  return tablePanel(id, title, columns, rows, notPulled(metric), { note: rows.length ? `${formatCount(all)} ${what.toLowerCase()} to ${plural(apis, 'API')}.` : null });
}

/** Requests by the hour, beside those of a day and of a week before. */
function comparisonPanel(selection) {
  const hourly = (measured, days) => {
    const values = new Map();
    const shift = days * 86_400_000;
    const own = measured === page.metrics;
    const found = own ? selection : { ...selection, filters: { ...filters, from: filters.from - shift, to: filters.to - shift }, seriesMask: maskOf(measured) };
    const metric = measured.metrics.Count ? 'Count' : 'Latency';
    eachCell(found, metric, API, null, (at, start, cell, cells) => {
      const hour = Math.floor((start + shift) / 3_600_000) * 3_600_000;
      values.set(hour, (values.get(hour) ?? 0) + (cells.samples[cell] ?? 0));
    }, measured);
    return values;
  };
  const lines = [
    { name: 'these hours', values: hourly(page.metrics, 0) },
    { name: 'a day before', values: hourly(page.day_before, 1), dash: 'dash', color: '--c2' },
    { name: 'a week before', values: hourly(page.week_before, 7), dash: 'dot', color: '--c0' },
  ];
  const missing = lines.filter(line => !line.values.size).map(line => line.name);
  const note = page.day !== null ? 'The page of the latest hours compares with the day and the week before.' : missing.length ? `Nothing was pulled of: ${missing.join(', ')}.` : null;
  return trendPanel('comparison', 'Requests: now, a day and a week before', { lines: lines.filter(line => line.values.size), slices: slicesOf(filters, 3600), slice_s: 3600, unit: 'requests per hour', format: formatCount, fill: null }, metricsMissing(), { note });
}

function maskOf(measured) {
  return measured.series.account.map((account, at) => {
    const of = measured.series;
    const stage = textOf(of.stage[at]);
    if (filters.stage && stage !== filters.stage) return 0;
    if (!passesPlace(filters, textOf(account), textOf(of.region[at]), apiKey(of.api_name[at], of.api_id[at]), stage)) return 0;
    return filters.stage && of.counts_for[at] & STAGE ? of.counts_for[at] | API : of.counts_for[at];
  });
}

function restSection(selection) {
  const counts = { bars: true, fill: 0 };
  const calls = { ...counts, marked: false };
  const sum = one => one.sum;
  return section('rest', 'REST APIs', 'What CloudWatch measured of the requests to REST APIs.',
    callsPanel(selection, 'rest-calls', 'Calls by API and stage', 'rest', requestsMetric('rest'), 'Calls'),
    metricTrend(selection, 'rest-calls-trend', 'Calls over time', requestsMetric('rest'), 'rest', perSlice('calls'), formatCount, one => one.samples, calls),
    comparisonPanel(selection),
    metricTrend(selection, 'rest-latency', 'Average latency', 'Latency', 'rest', 'milliseconds', formatMs, average),
    metricTrend(selection, 'rest-latency-max', 'Maximum latency', 'Latency', 'rest', 'milliseconds', formatMs, one => (Number.isFinite(one.maximum) ? one.maximum : null)),
    metricTrend(selection, 'rest-integration', 'Average integration latency', 'IntegrationLatency', 'rest', 'milliseconds', formatMs, average),
    percentileTrend(selection, 'rest', 'rest-percentiles'),
    metricTrend(selection, 'rest-4xx', 'Client errors (4XX)', '4XXError', 'rest', perSlice('errors'), formatCount, sum, { ...counts, rank: sum }),
    rateTrend(selection, 'rest-4xx-rate', 'Client error rate', 'rest', 'client'),
    metricTrend(selection, 'rest-5xx', 'Server errors (5XX)', '5XXError', 'rest', perSlice('errors'), formatCount, sum, { ...counts, rank: sum }),
    rateTrend(selection, 'rest-5xx-rate', 'Server error rate', 'rest', 'server'),
    cacheTrend(selection),
    latencyPanel(selection, 'rest-stages', 'By API and stage', STAGE, 'rest', notPulled('Latency')));
}

function detailedSection(selection) {
  const rows = latencyRows(selection, METHOD, 'rest');
  const resources = new Set(rows.map(row => JSON.stringify([row.account, row.region, row.name, row.stage, row.resource]))).size;
  const why = page.average_latency ? ['No series by method were pulled.', `Switch on detailed metrics of a stage (they are billed by AWS). ${PULL_METHODS}`] : metricsMissing();
  return section('detailed', 'REST APIs in detail', null,
    tablePanel('methods', 'By method, resource and stage', latencyColumns(METHOD, rows), rows, why, { wide: true, note: rows.length ? plural(resources, 'resource') : null }),
    latencyPanel(selection, 'methods-integration', 'Integration latency by method, resource and stage', METHOD, 'rest', rows.length ? notPulled('IntegrationLatency') : why, {}, 'IntegrationLatency'));
}

function httpSection(selection) {
  const counts = { bars: true, fill: 0 };
  const calls = { ...counts, marked: false };
  const sum = one => one.sum;
  return section('http', 'HTTP APIs', 'What CloudWatch measured of the requests to HTTP APIs.',
    callsPanel(selection, 'http-calls', 'Calls by API and stage', 'http', requestsMetric('http'), 'Calls'),
    metricTrend(selection, 'http-calls-trend', 'Calls over time', requestsMetric('http'), 'http', perSlice('calls'), formatCount, one => one.samples, calls),
    metricTrend(selection, 'http-latency', 'Average latency', 'Latency', 'http', 'milliseconds', formatMs, average),
    metricTrend(selection, 'http-integration', 'Average integration latency', 'IntegrationLatency', 'http', 'milliseconds', formatMs, average),
    metricTrend(selection, 'http-4xx', 'Client errors (4xx)', '4xx', 'http', perSlice('errors'), formatCount, sum, { ...counts, rank: sum }),
    metricTrend(selection, 'http-5xx', 'Server errors (5xx)', '5xx', 'http', perSlice('errors'), formatCount, sum, { ...counts, rank: sum }),
    metricTrend(selection, 'http-data', 'Data processed', 'DataProcessed', 'http', 'bytes', formatBytes, sum, { ...calls, rank: sum }),
    latencyPanel(selection, 'http-stages', 'By API and stage', STAGE, 'http', notPulled('Latency')),
    latencyPanel(selection, 'http-routes', 'By route', METHOD, 'http', page.average_latency ? ['No series by route were pulled.', `Switch on detailed metrics of a stage. ${PULL_METHODS}`] : metricsMissing()));
}

function socketSection(selection) {
  const counts = { bars: true, fill: 0, rank: one => one.sum };
  const sum = one => one.sum;
  const panelOf = ([id, title, metric, what]) => metricTrend(selection, id, title, metric, 'websocket', perSlice(what), formatCount, sum, { ...counts, marked: what === 'errors' });
  return section('websocket', 'WebSocket APIs', 'What CloudWatch measured of WebSocket APIs, which have no latency of their own.',
    callsPanel(selection, 'socket-calls', 'Messages by API and stage', 'websocket', 'MessageCount', 'Messages'),
    [['socket-connects', 'Connects', 'ConnectCount', 'connects'], ['socket-messages', 'Messages', 'MessageCount', 'messages'],
      ['socket-client', 'Client errors', 'ClientError', 'errors'], ['socket-execution', 'Execution errors', 'ExecutionError', 'errors'],
      ['socket-integration-errors', 'Integration errors', 'IntegrationError', 'errors']].map(panelOf),
    metricTrend(selection, 'socket-latency', 'Average integration latency', 'IntegrationLatency', 'websocket', 'milliseconds', formatMs, average),
    socketPanel(selection, 'socket-stages', 'By API and stage', STAGE, notPulled('MessageCount')),
    socketPanel(selection, 'socket-routes', 'By route', METHOD, page.average_latency ? ['No series by route were pulled.', `Switch on detailed metrics of a stage. ${PULL_METHODS}`] : metricsMissing()));
}
