/* What the figures rest on. */

const COARSER = {
  hours: 'Events are told apart by the hour.',
  short_user_agents: 'Events are told apart by the hour, and user agents by what stands before their version.',
  no_source_ips: 'There are too many source IPs: they are only in the lists of events.',
  no_user_agents: 'There are too many source IPs and user agents: they are only in the lists of events.',
  no_users: 'There are too many users, source IPs and user agents: they are only in the lists of events.',
  no_apis: 'Events are too many to tell users, addresses and APIs apart: filters by API and stage do not act on their counts.',
  no_event_names: 'Events are too many to tell apart but by account, region, error code and type of principal.',
  no_time: 'Events are too many to tell apart in time.',
  hours_of_methods: 'Metrics of methods are told apart by the hour.',
  no_methods: 'Metrics are told apart by the hour, and those of methods are left out: there are too many.',
};

/** The path of a page where a rollup puts it, below the store. */
const IN_REPORTS = /^(.*)\/reports\/(?:latest|day\/[0-9-]+)\/index\.html$/;

/** As a shell takes it. */
const quoted = text => (/^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

function aboutSection() {
  const { sources, rejected, malformed, delivery_delay: delay } = page.coverage;
  const codes = page.top_error_codes;
  const notes = [];
  if (COARSER[events.coarseness]) notes.push(COARSER[events.coarseness]);
  if (page.metrics.coarseness === 'hours') notes.push('Metrics are told apart by the hour.');
  else if (page.metrics.coarseness === 'no_time') notes.push('Metrics are too many to tell apart in time.');
  else if (COARSER[page.metrics.coarseness]) notes.push(COARSER[page.metrics.coarseness]);
  if (page.metrics.left_out) notes.push(`${plural(page.metrics.left_out, 'datapoint')} found no room on this page; average-latency.json has all.`);
  const facts = [
    ['Files delivered', formatCount(sources.files)], ['Analyzed', formatCount(sources.analyzed)], ['Skipped', formatCount(sources.skipped)], ['Rejected', formatCount(sources.rejected)],
    ['Records', formatCount(sources.records)], ['Of API Gateway', formatCount(sources.api_gateway)], ['Delivered again', formatCount(sources.duplicates)], ['Replaced by corrections', formatCount(codes.sources.replaced)],
    ['Malformed records', formatCount(sources.malformed)], ['Half of the events came within', known(delay.p50_ms) ? `${formatCount(delay.p50_ms / 1000)} s` : NONE], ['99 in 100 came within', known(delay.p99_ms) ? `${formatCount(delay.p99_ms / 1000)} s` : NONE],
  ];
  if (page.average_latency) {
    const pulled = page.average_latency.sources;
    facts.push(['Windows of metrics', formatCount(pulled.windows)], ['Incomplete windows', formatCount(pulled.incomplete)], ['Metrics asked for by the pulls that settled them', formatCount(pulled.metrics_requested)]);
  }
  return section('about', 'What this rests on', 'These figures are of the files delivered in the window, whatever the filters.',
    panel('facts', 'Sources', el('dl', { class: 'facts' }, facts.map(([name, value]) => el('div', null, el('dt', null, name), el('dd', null, value)))), { note: notes.join(' ') || null }),
    tablePanel('rejected', 'Rejected files', [textColumn('File', row => row.source, { long: true }), textColumn('Reason', row => row.reason, { long: true })], rejected.files, ['No file was rejected.'], { note: rejected.more ? `${formatCount(rejected.more)} more are not listed.` : null }),
    malformed.files.length ? tablePanel('malformed', 'Files with malformed records', [textColumn('File', row => row.source, { long: true }), countColumn('Records', row => row.records), textColumn('First', row => row.first?.reason, { long: true })], malformed.files, ['None.']) : [],
    otherPages());
}

/** Where the folder of reports is, as far as a link leads there; a link that was signed for this page opens no other. */
const reportsUrl = (() => {
  if (page.others.reports_url !== null) return page.others.reports_url;
  const isSigned = new URLSearchParams(location.search).has('X-Amz-Signature');
  if (isSigned || page.others.store !== null || !IN_REPORTS.test(location.pathname)) return null;
  return page.day === null ? '../' : '../../';
})();

/** The store, as the command line names it: from the address of a page that is read from its bucket. */
function storeAddress() {
  if (page.others.store !== null) return page.others.store;
  const found = location.protocol.startsWith('http') && location.pathname.match(IN_REPORTS);
  if (!found) return 'STORE';
  const path = decodeURIComponent(found[1]).slice(1);
  const [, bucket] = location.hostname.match(/^(.+)\.s3[.-]/) ?? [];
  return `s3://${[bucket, path].filter(Boolean).join('/')}`;
}

function otherPages() {
  if (!page.days.length && page.day === null) return [];
  const names = [...(page.day === null ? [] : [null]), ...page.days];
  const label = day => day ?? 'The latest hours';
  if (reportsUrl !== null) {
    // Filters go along, but for those of time.
    const hash = hashOf({ ...filters, from: windowFrom, to: windowTo, at: '' });
    const links = names.map(day => el('li', null, el('a', { href: `${reportsUrl}${day === null ? 'latest' : `day/${day}`}/index.html${hash}` }, label(day))));
    return panel('days', 'Other days', el('ul', { class: 'days' }, links));
  }
  const command = day => `gatetrail open ${quoted(storeAddress())}${day === null ? '' : ` --at ${day}`}`;
  const shown = el('code', { id: 'open-command' }, command(names[0]));
  const choose = (button, day) => { shown.textContent = visible(command(day)); copyText(button, command(day), label(day)); };
  const buttons = names.map(day => { const button = el('button', { type: 'button', onclick: () => choose(button, day) }, label(day)); return el('li', null, button); });
  return panel('days', 'Other days', [el('p', { class: 'command' }, shown), el('ul', { class: 'days' }, buttons)],
    { note: 'No link leads from here to another page: each is private, and this one was opened or written by itself. Choose a day to copy the command that opens it.' });
}
