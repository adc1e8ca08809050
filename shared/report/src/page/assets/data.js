/* What the file carries, and the part of it that the filters let pass. */

const page = JSON.parse(document.getElementById('data').textContent);
const texts = page.texts;
const textOf = number => (number < 0 ? null : texts[number]);

/** What a text is called where it is empty, or was not kept. */
const NOT_KEPT = '(not told apart: too many)';
const shownText = (number, empty = '(none)') => textOf(number) === null ? NOT_KEPT : textOf(number) || empty;

const windowFrom = Date.parse(page.coverage.window.from);
const windowTo = Date.parse(page.coverage.window.to);
const sliceStart = page.metrics.from_s * 1000;
const QUARTER_MS = 900_000;

const events = page.events;
for (const [name, column] of Object.entries(events)) {
  // A column of which nothing was kept.
  if (Array.isArray(column) && !column.length) events[name] = new Array(events.count.length).fill(-1);
}
const listed = page.listed;
const series = page.metrics.series;
const EMPTY_TEXT = texts.indexOf('');

const accountName = id => page.account_names[id];
const accountLabel = id => (accountName(id) ? `${accountName(id)} (${id})` : id);

/** An API as a person knows it, and as the filter does: by name, else by id. */
const apiLabel = (name, id) => (name && id ? `${name} (${id})` : name || id);
const eventApi = row => apiLabel(textOf(events.api_name[row]) ?? '', textOf(events.api_id[row]) ?? '');
const seriesApi = at => apiLabel(textOf(series.api_name[at]) ?? '', textOf(series.api_id[at]) ?? '');
const apiKey = (name, id) => textOf(name) || textOf(id) || '';

const API = 1, STAGE = 2, METHOD = 4;
const SOCKET_METRICS = ['ConnectCount', 'MessageCount', 'ClientError', 'ExecutionError', 'IntegrationError'];

/** The sort of each series: REST by its dimensions, WebSocket where its API sends what only those send. */
const kinds = (() => {
  const sockets = new Set();
  for (const metric of SOCKET_METRICS) {
    for (const at of page.metrics.metrics[metric]?.series ?? []) sockets.add(seriesApi(at) + series.account[at]);
  }
  return series.account.map((account, at) => {
    if (series.rest[at]) return 'rest';
    return sockets.has(seriesApi(at) + account) ? 'websocket' : 'http';
  });
})();

/** The parts of a selection, as functions of the filters. An event of which nothing is known passes, unless it is asked not to. */
function passesPlace(filters, account, region, api, stage) {
  if (filters.account && account !== filters.account) return false;
  if (filters.region && region !== filters.region) return false;
  if (filters.api && (api ? api !== filters.api : filters.known)) return false;
  if (filters.stage && (stage ? stage !== filters.stage : filters.known)) return false;
  return true;
}

function selectEvents(filters) {
  const rows = [];
  const sliceMs = (events.slice_s ?? 0) * 1000;
  for (let row = 0; row < events.count.length; row += 1) {
    const start = sliceStart + events.slice[row] * 1000;
    if (sliceMs && (start + sliceMs <= filters.from || start >= filters.to)) continue;
    const api = apiKey(events.api_name[row], events.api_id[row]);
    if (!passesPlace(filters, textOf(events.account[row]), textOf(events.region[row]), api, textOf(events.stage[row]))) continue;
    rows.push(row);
  }
  return rows;
}

const failedRow = row => textOf(events.error_code[row]) !== '';

function selectListed(filters) {
  const rows = [];
  const isAll = filters.from <= windowFrom && filters.to >= windowTo;
  for (let row = 0; row < listed.time_ms.length; row += 1) {
    const at = listed.time_ms[row];
    if (!isAll && (at < filters.from || at >= filters.to)) continue;
    const api = apiKey(listed.api_name[row], listed.api_id[row]);
    if (!passesPlace(filters, textOf(listed.account[row]), textOf(listed.region[row]), api, textOf(listed.stage[row]))) continue;
    rows.push(row);
  }
  return rows;
}

/** Which series pass: a filter by stage needs series that tell stages apart. */
function selectSeries(filters) {
  return series.account.map((account, at) => {
    const api = apiKey(series.api_name[at], series.api_id[at]);
    const stage = textOf(series.stage[at]);
    if (filters.stage && stage !== filters.stage) return 0;
    const passes = passesPlace(filters, textOf(account), textOf(series.region[at]), api, stage);
    if (!passes) return 0;
    const mask = series.counts_for[at];
    return filters.stage ? (mask & ~API) | (mask & STAGE ? API : 0) : mask;
  });
}

/** Calls `take(series, startMs, cell)` for each slice of a metric that passes. */
function eachCell(selection, metric, level, kind, take, measured = page.metrics) {
  const cells = measured.metrics[metric];
  if (!cells) return;
  const { filters, seriesMask } = selection;
  const slice_s = level === METHOD ? measured.method_slice_s : measured.slice_s;
  const sliceMs = (slice_s ?? 0) * 1000;
  for (let cell = 0; cell < cells.series.length; cell += 1) {
    const at = cells.series[cell];
    if (!(seriesMask[at] & level) || (kind && kinds[at] !== kind)) continue;
    const start = measured.from_s * 1000 + cells.slice[cell] * 1000;
    if (sliceMs && (start + sliceMs <= filters.from || start >= filters.to)) continue;
    take(at, start, cell, cells);
  }
}

/** Everything that the filters let pass. */
function select(filters) {
  const passing = selectEvents(filters);
  const byStatus = row => !filters.status || (filters.status === 'failure') === failedRow(row);
  const selection = {
    filters,
    all: passing,
    shown: passing.filter(byStatus),
    failures: passing.filter(failedRow),
    successes: passing.filter(row => !failedRow(row)),
    listed: selectListed(filters),
    seriesMask: selectSeries(filters),
  };
  selection.changes = selection.listed.filter(row => listed.effect[row] !== null);
  selection.ofCode = filters.code === null ? [] : selection.failures.filter(row => textOf(events.error_code[row]) === filters.code);
  return selection;
}

/** Counts by a key, the most first, then by the key's code points. */
function countBy(rows, keyOf, count = row => events.count[row]) {
  const counts = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    counts.set(key, (counts.get(key) ?? 0) + count(row));
  }
  return [...counts].sort((a, b) => b[1] - a[1] || byCodePoint(a[0], b[0]));
}

const SURROGATE = /[\ud800-\udfff]/;

function byCodePoint(a, b) {
  if (a === b) return 0;
  // Code units are in the order of code points but for those of pairs.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  const [one, other] = [Array.from(String(a)), Array.from(String(b))];
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    const difference = one[at].codePointAt(0) - other[at].codePointAt(0);
    if (difference) return difference;
  }
  return one.length - other.length;
}

const sumOf = rows => rows.reduce((sum, row) => sum + events.count[row], 0);

/** Beginnings of the slices that the filters touch. */
function slicesOf(filters, slice_s) {
  if (!slice_s) return [];
  const sliceMs = slice_s * 1000;
  const first = sliceStart + Math.floor((Math.max(filters.from, windowFrom) - sliceStart) / sliceMs) * sliceMs;
  const slices = [];
  for (let at = first; at < Math.min(filters.to, windowTo); at += sliceMs) slices.push(at);
  return slices;
}
