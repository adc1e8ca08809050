/* Charts over time. They are drawn when they come into view, say their values on hover and by keyboard, and choose a range of
   time for the whole page when somebody drags over one. */

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const COLORS = ['--c1', '--c2', '--c3', '--c4', '--c5', '--c6', '--c7', '--c8'];
const MOST_LINES = 8;

/** The charting script reads tags and entities in texts. */
const plotText = text => visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const shortened = text => { const all = Array.from(text); return all.length > 40 ? `${all.slice(0, 39).join('')}…` : text; };

const drawn = new Map();
const inView = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting && drawn.has(target)) draw(target);
  }
}, { rootMargin: '200px' });

/**
 * A chart of lines or stacked bars: `lines` are `{ name, values: Map(startMs -> number), color, dash }`. `unit` names the axis,
 * `format` says a value; `fill` is what a slice without a value is (0 for counts; nothing for averages). `marks` are changes
 * `{ at, text }`: what happened in a slice.
 */
function chart(title, { lines, slices, slice_s, unit, format, bars = false, fill = null, marks = [] }) {
  const plot = el('div', { class: 'plot', tabindex: '0', role: 'application', 'aria-roledescription': 'chart', 'aria-label': `${title}. ${plural(lines.length, 'series', 'series')}, ${unit}. Arrow keys tell the values${marks.length ? ', Page Up and Page Down the changes of APIs' : ''}.` });
  const told = el('p', { class: 'told', 'aria-live': 'polite' }, '');
  const rows = slices.map(at => ({ at, values: lines.map(line => line.values.get(at) ?? fill) }));
  const state = { title, lines, rows, slice_s, unit, format, bars, marks: marksOfSlices(marks, slices, slice_s), told, point: -1, line: 0 };
  drawn.set(plot, state);
  plot.addEventListener('keydown', event => onKey(event, plot, state));
  plot.addEventListener('blur', () => { if (window.Plotly && state.isDrawn) Plotly.Fx.unhover(plot); });
  inView.observe(plot);
  const copy = el('button', {
    type: 'button', class: 'copy', 'aria-label': `Copy CSV: ${title}`,
    onclick: () => copyText(copy, csvOf([['Time (UTC)', ...lines.map(line => line.name)], ...rows.map(row => [iso(row.at), ...row.values])])),
  }, 'Copy CSV');
  return el('div', { class: 'chart' }, plot, el('p', { class: 'tools' }, told, copy));
}

/** Texts of changes by the number of the slice that they are in. */
function marksOfSlices(marks, slices, slice_s) {
  const found = new Map();
  for (const { at, text } of [...marks].sort((a, b) => a.at - b.at)) {
    const slice = Math.floor((at - slices[0]) / (slice_s * 1000));
    if (slice < 0 || slice >= slices.length) continue;
    if (!found.has(slice)) found.set(slice, []);
    found.get(slice).push(text);
  }
  return found;
}

const MOST_TOLD = 4;

/** The first changes of a slice, and how many more there are. */
const toldMarks = texts => [...texts.slice(0, MOST_TOLD), ...(texts.length > MOST_TOLD ? [`and ${texts.length - MOST_TOLD} more`] : [])];

/** The next slice with a change, in a direction. */
function nextMark(state, step) {
  for (let at = state.point + step; at >= 0 && at < state.rows.length; at += step) if (state.marks.has(at)) return at;
  return state.point;
}

function onKey(event, plot, state) {
  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  const { rows, lines } = state;
  if (event.key in steps) state.point = Math.min(Math.max(state.point + steps[event.key], 0), rows.length - 1);
  else if (state.marks.size && event.key === 'PageDown') state.point = nextMark(state, 1);
  else if (state.marks.size && event.key === 'PageUp') state.point = nextMark(state, -1);
  else if (event.key === 'Home') state.point = 0;
  else if (event.key === 'End') state.point = rows.length - 1;
  else if (event.key === 'ArrowDown') state.line = (state.line + 1) % lines.length;
  else if (event.key === 'ArrowUp') state.line = (state.line + lines.length - 1) % lines.length;
  else return;
  event.preventDefault();
  state.point = Math.max(state.point, 0);
  const row = rows[state.point];
  if (!row) return;
  const told = lines.map((line, at) => ({ at, name: line.name, value: row.values[at] })).filter(one => one.value !== null && (one.value !== 0 || lines.length === 1));
  const focus = lines[state.line];
  const value = row.values[state.line];
  const changes = state.marks.has(state.point) ? `. Changes: ${toldMarks(state.marks.get(state.point)).join('; ')}` : '';
  const others = told.length > 1 ? `; ${plural(told.length, 'series has', 'series have')} values` : '';
  state.told.textContent = visible(`${formatTime(row.at)}: ${focus.name} ${value === null ? 'no data' : state.format(value)}${others}${changes}`);
  if (window.Plotly && state.isDrawn) {
    // All of the slice, as a pointer over it shows.
    const points = told.map(one => ({ curveNumber: one.at, pointNumber: state.point }));
    const mark = [...state.marks.keys()].indexOf(state.point);
    if (mark >= 0) points.push({ curveNumber: lines.length, pointNumber: mark });
    if (points.length) Plotly.Fx.hover(plot, points);
  }
}

function draw(plot) {
  const state = drawn.get(plot);
  if (!window.Plotly || !plot.isConnected || plot.clientWidth === 0) return;
  inView.unobserve(plot);
  const { lines, rows, bars, unit, format } = state;
  const narrow = plot.clientWidth < 520;
  const [ink, muted, line, panel] = ['--ink', '--muted', '--line', '--panel'].map(css);
  const half = bars ? (state.slice_s * 1000) / 2 : 0;
  const x = rows.map(row => iso(row.at + half));
  const traces = lines.map((one, at) => {
    const y = rows.map(row => row.values[at]);
    const color = one.color ? css(one.color) : css(COLORS[at % COLORS.length]);
    const common = {
      x, y, name: plotText(shortened(one.name)),
      text: y.map(value => (value === null ? '' : plotText(format(value)))), hovertemplate: '%{text}',
      customdata: rows.map(row => row.at),
    };
    return bars
      ? { ...common, type: 'bar', textposition: 'none', marker: { color } }
      : { ...common, type: 'scatter', mode: rows.length > 1 ? 'lines' : 'lines+markers', line: { color, width: 1.8, dash: one.dash }, connectgaps: false };
  });
  const marked = [...state.marks.keys()];
  if (marked.length) {
    traces.push({
      type: 'scatter', mode: 'markers', name: 'changes of APIs', yaxis: 'y2', cliponaxis: false,
      x: marked.map(at => x[at]), y: marked.map(() => 1), marker: { symbol: 'triangle-down', size: 9, color: css('--mark') },
      text: marked.map(at => toldMarks(state.marks.get(at)).map(plotText).join('<br>')), hovertemplate: '%{text}<extra></extra>',
    });
  }
  const names = [...lines.map(one => one.name), ...(marked.length ? ['changes of APIs'] : [])];
  // Below the chart, as many rows as its names need.
  const inRow = Math.max(1, Math.floor((plot.clientWidth - 70) / (46 + 6.6 * Math.max(...names.map(name => Math.min(40, name.length)), 6))));
  const legendHeight = Math.ceil(names.length / inRow) * 19;
  // A legend that is higher than what is plotted would scroll.
  const plotHeight = Math.max(194, legendHeight + 14);
  const layout = {
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: muted },
    paper_bgcolor: panel, plot_bgcolor: panel,
    height: plotHeight + 58 + legendHeight,
    margin: { l: 62, r: 14, t: marked.length ? 14 : 8, b: 44 + legendHeight },
    barmode: 'stack', bargap: 0.12, hovermode: 'x unified', dragmode: narrow ? false : 'zoom',
    hoverlabel: { bgcolor: panel, bordercolor: line, font: { color: ink, size: 12 }, namelength: 40 },
    showlegend: true,
    legend: { orientation: 'h', yref: 'container', y: 0, yanchor: 'bottom', x: 0, traceorder: 'normal', font: { color: ink }, itemclick: 'toggle', itemdoubleclick: 'toggleothers' },
    xaxis: { type: 'date', gridcolor: line, linecolor: line, zeroline: false, tickformat: '%H:%M\n%b %-d', hoverformat: '%b %-d, %H:%M UTC', nticks: narrow ? 4 : 8, tickangle: 0, range: [iso(Math.max(filters.from, windowFrom)), iso(Math.min(filters.to, windowTo))] },
    shapes: marked.map(at => ({ type: 'line', x0: x[at], x1: x[at], y0: 0, y1: 1, yref: 'paper', line: { color: css('--mark'), width: 1, dash: 'dot' } })),
    yaxis2: { overlaying: 'y', range: [0, 1], visible: false, fixedrange: true },
    yaxis: { title: { text: plotText(unit), standoff: 6, font: { size: 11 } }, gridcolor: line, linecolor: line, zerolinecolor: line, rangemode: 'tozero', fixedrange: true, nticks: 6, tickformat: unit.includes('%') ? '.3~%' : unit === 'bytes' ? '.3~s' : ',' },
  };
  Plotly.newPlot(plot, traces, layout, { displayModeBar: false, doubleClick: false, showTips: false, locale: 'en', responsive: false }).then(() => {
    state.isDrawn = true;
    plot.dataset.drawn = 'yes';
    plot.on('plotly_relayout', changes => {
      const [from, to] = [changes['xaxis.range[0]'], changes['xaxis.range[1]']].map(text => Date.parse(`${String(text).replace(' ', 'T')}Z`));
      if (Number.isNaN(from) || Number.isNaN(to)) return;
      const snapped = [Math.floor(from / QUARTER_MS) * QUARTER_MS, Math.ceil(to / QUARTER_MS) * QUARTER_MS];
      setFilters({ from: Math.max(snapped[0], windowFrom), to: Math.min(snapped[1], windowTo) });
    });
  });
}

/** Forgets the charts of a page that is being built anew. */
function clearCharts() {
  for (const plot of drawn.keys()) {
    inView.unobserve(plot);
    if (window.Plotly) Plotly.purge(plot);
  }
  drawn.clear();
}

function redrawCharts() {
  for (const [plot, state] of drawn) {
    if (state.isDrawn) draw(plot);
  }
}

/** Lines of a key by time, the greatest first; what is beyond the most is one line. */
function linesOf(totals, most = MOST_LINES, rest = 'all others') {
  const ranked = [...totals].sort((a, b) => b[1].total - a[1].total || byCodePoint(a[0], b[0]));
  const lines = ranked.slice(0, most).map(([name, { values }]) => ({ name, values }));
  const others = ranked.slice(most);
  if (others.length && rest) {
    const values = new Map();
    for (const [, one] of others) for (const [at, value] of one.values) values.set(at, (values.get(at) ?? 0) + value);
    lines.push({ name: `${rest} (${others.length})`, values, color: '--c0' });
  }
  return lines;
}

/** Counts of events by slice and a key. */
function trendOf(rows, keyOf) {
  const totals = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    const one = totals.get(key) ?? { total: 0, values: new Map() };
    const at = sliceStart + events.slice[row] * 1000;
    one.total += events.count[row];
    one.values.set(at, (one.values.get(at) ?? 0) + events.count[row]);
    totals.set(key, one);
  }
  return totals;
}
