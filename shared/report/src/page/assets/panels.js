/* Panels and sections. A panel shows something, or says why it cannot and how to mend that. */

const COSTS = 'What a month of it costs, gatetrail cost tells.';
const PULL_MORE = `Add it to MetricNames of the stack (GATETRAIL_METRICS), or pull it with gatetrail pull --metric. ${COSTS}`;
const PULL_PERCENTILES = `Set MetricPercentiles of the stack (GATETRAIL_PERCENTILES), or pull them with gatetrail pull --percentiles. ${COSTS}`;
const PULL_METHODS = 'Add method to MetricLevels of the stack (GATETRAIL_LEVELS), or pull with gatetrail pull --level stage,method.';

function section(id, title, lead, ...panels) {
  return el('section', { id: `section-${id}`, 'data-section': id, 'aria-labelledby': `title-${id}` },
    el('h2', { id: `title-${id}`, tabindex: '-1' }, title), lead && el('p', { class: 'lead' }, lead), el('div', { class: 'panels' }, panels.flat()));
}

function panel(id, title, content, { note, wide = false } = {}) {
  return el('article', { class: `panel${wide ? ' wide' : ''}`, id: `panel-${id}`, 'aria-labelledby': `panel-title-${id}` },
    el('h3', { id: `panel-title-${id}` }, title), note && el('p', { class: 'note' }, note), content);
}

const empty = (why, how) => el('p', { class: 'empty' }, el('strong', null, why), how && ` ${how}`);

/** A panel with rows, or why there are none. */
function tablePanel(id, title, columns, rows, why, options = {}) {
  const content = rows.length ? table(title, columns, rows, options) : empty(...[why].flat());
  return panel(id, title, content, options);
}

function trendPanel(id, title, options, why, more = {}) {
  const has = options.lines.some(line => line.values.size) && options.slices.length;
  return panel(id, title, has ? chart(title, options) : empty(...[why].flat()), more);
}
