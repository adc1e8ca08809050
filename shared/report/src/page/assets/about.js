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
    facts.push(['Windows of metrics', formatCount(pulled.windows)], ['Incomplete windows', formatCount(pulled.incomplete)], ['Metrics requested', formatCount(pulled.metrics_requested)]);
  }
  const days = page.days.length && el('p', { class: 'days' }, 'Days: ', page.days.flatMap(day => [el('a', { href: `../day/${day}/index.html` }, day), ' ']));
  const latest = page.day !== null && el('p', { class: 'days' }, el('a', { href: '../../latest/index.html' }, 'The latest hours'));
  return section('about', 'What this rests on', 'These figures are of the files delivered in the window, whatever the filters.',
    panel('facts', 'Sources', el('dl', { class: 'facts' }, facts.map(([name, value]) => el('div', null, el('dt', null, name), el('dd', null, value)))), { note: notes.join(' ') || null }),
    tablePanel('rejected', 'Rejected files', [textColumn('File', row => row.source, { long: true }), textColumn('Reason', row => row.reason, { long: true })], rejected.files, ['No file was rejected.'], { note: rejected.more ? `${formatCount(rejected.more)} more are not listed.` : null }),
    malformed.files.length ? tablePanel('malformed', 'Files with malformed records', [textColumn('File', row => row.source, { long: true }), countColumn('Records', row => row.records), textColumn('First', row => row.first?.reason, { long: true })], malformed.files, ['None.']) : [],
    days || latest ? panel('days', 'Other pages', [days, latest], { note: 'Beside this one in the store: they open where the store is opened as a folder or a site.' }) : []);
}
