/* Puts the page together, and again whenever the address changes. */

const SECTIONS = [
  ['glance', 'At a glance', glance],
  ['errors', 'Control-plane errors', errorsSection],
  ['latency', 'Average latency', latencySection],
  ['alerts', 'Alerts', alertsSection],
  ['audit', 'Audit events', auditSection],
  ['rest', 'REST', restSection],
  ['detailed', 'REST in detail', detailedSection],
  ['http', 'HTTP', httpSection],
  ['websocket', 'WebSocket', socketSection],
  ['about', 'Sources', aboutSection],
];

const main = document.getElementById('main');

function build() {
  const began = performance.now();
  clearCharts();
  const selection = select(filters);
  main.replaceChildren(...SECTIONS.map(([, , make]) => make(selection)));
  document.getElementById('sections').replaceChildren(...SECTIONS.map(([id, title]) => el('a', { href: linkTo({ at: id }), 'aria-current': filters.at === id ? 'true' : null }, title)));
  showFilters();
  main.dataset.built = String(Math.round(performance.now() - began));
}

/** Goes to where the address points; `focus` only where somebody chose to. */
function goTo(focus) {
  const target = filters.code !== null && filters.at === 'errors' ? document.getElementById('drill-title') : document.getElementById(`title-${filters.at}`);
  if (!target) return;
  target.scrollIntoView({ block: 'start' });
  if (focus) target.focus({ preventScroll: true });
}

function onAddress() {
  const before = filters;
  filters = readHash();
  const { scrollY } = window;
  build();
  if (filters.at !== before.at || filters.code !== before.code) goTo(true);
  else window.scrollTo(0, scrollY);
  const failed = document.querySelector('#tile-failures .value')?.textContent;
  say(`${failed} failed calls in this selection`);
}

document.getElementById('window').append(`${formatTime(windowFrom)} – ${formatTime(windowTo)} UTC`);
document.getElementById('footer').append('Gatetrail. Nothing on this page is loaded from elsewhere, and nothing is sent.');
document.getElementById('skip').addEventListener('click', event => { event.preventDefault(); main.focus(); });
buildFilters();
build();
addEventListener('hashchange', onAddress);
addEventListener('beforeprint', () => { for (const plot of drawn.keys()) draw(plot); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
let resizing;
addEventListener('resize', () => { clearTimeout(resizing); resizing = setTimeout(redrawCharts, 150); });

/** The charting script takes most of a second to read: figures and filters do not wait for it. */
function loadCharting() {
  const script = document.createElement('script');
  script.textContent = document.getElementById('charting').textContent;
  document.head.append(script);
  for (const plot of drawn.keys()) { inView.unobserve(plot); inView.observe(plot); }
}

document.addEventListener('DOMContentLoaded', () => goTo(false));
addEventListener('load', () => requestAnimationFrame(() => setTimeout(loadCharting)));
