/* The filters: they act on everything at once, and live in the address behind the `#`. */

const DEFAULTS = { from: windowFrom, to: windowTo, account: '', region: '', api: '', stage: '', status: '', known: false, code: null, at: '' };

function readHash() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const moment = (name, otherwise) => {
    const at = Date.parse(parameters.get(name) ?? '');
    return Number.isNaN(at) ? otherwise : Math.min(Math.max(at, windowFrom), windowTo);
  };
  const status = parameters.get('status') ?? '';
  const filters = {
    from: moment('from', windowFrom),
    to: moment('to', windowTo),
    account: parameters.get('account') ?? '',
    region: parameters.get('region') ?? '',
    api: parameters.get('api') ?? '',
    stage: parameters.get('stage') ?? '',
    status: ['failure', 'success'].includes(status) ? status : '',
    known: parameters.get('known') === '1',
    code: parameters.get('code'),
    at: parameters.get('at') ?? '',
  };
  if (filters.from >= filters.to) Object.assign(filters, { from: windowFrom, to: windowTo });
  return filters;
}

function hashOf(filters) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value === DEFAULTS[name]) continue;
    if (name === 'from' || name === 'to') parameters.set(name, iso(value).slice(0, 16) + 'Z');
    else if (name === 'known') parameters.set(name, '1');
    else parameters.set(name, value);
  }
  return `#${parameters}`;
}

let filters = readHash();

/** Changes filters; the page follows the address. */
function setFilters(changes) {
  const next = hashOf({ ...filters, ...changes });
  if (next === (location.hash || '#')) return;
  location.hash = next.slice(1);
}

const linkTo = changes => hashOf({ ...filters, ...changes });

/** The values of each filter, over all that the file carries. */
const choices = (() => {
  const found = { account: new Set(), region: new Set(), api: new Set(), stage: new Set() };
  const take = columns => {
    const pairs = new Map();
    for (let row = 0; row < columns.account.length; row += 1) {
      found.account.add(columns.account[row]);
      found.region.add(columns.region[row]);
      found.stage.add(columns.stage[row]);
      pairs.set(`${columns.api_name[row]} ${columns.api_id[row]}`, row);
    }
    for (const row of pairs.values()) found.api.add(apiKey(columns.api_name[row], columns.api_id[row]));
  };
  take(events);
  take(series);
  const named = numbers => [...numbers].map(textOf).filter(Boolean).sort(byCodePoint);
  return {
    account: named(found.account),
    region: named(found.region),
    stage: named(found.stage),
    api: [...found.api].filter(Boolean).sort(byCodePoint),
  };
})();

const controls = {};

function selectControl(name, label, options) {
  const control = el('select', { id: `filter-${name}`, onchange: () => setFilters({ [name]: control.value }) });
  for (const [value, text] of options) control.append(el('option', { value }, text));
  controls[name] = control;
  return el('label', { class: 'control' }, el('span', null, label), control);
}

function momentControl(name, label) {
  const control = el('input', {
    id: `filter-${name}`, type: 'datetime-local', step: '900',
    min: iso(windowFrom).slice(0, 16), max: iso(windowTo).slice(0, 16),
    onchange: () => {
      const at = Date.parse(`${control.value}Z`);
      if (!Number.isNaN(at)) setFilters({ [name]: at });
    },
  });
  controls[name] = control;
  return el('label', { class: 'control' }, el('span', null, label), control);
}

function buildFilters() {
  const form = document.getElementById('filters');
  form.addEventListener('submit', event => event.preventDefault());
  const all = (label, values, text = value => value) => [['', label], ...values.map(value => [value, text(value)])];
  const checkbox = el('input', { id: 'filter-known', type: 'checkbox', onchange: () => setFilters({ known: checkbox.checked }) });
  controls.known = checkbox;
  form.append(
    momentControl('from', 'From (UTC)'),
    momentControl('to', 'To (UTC)'),
    selectControl('account', 'Account', all('All accounts', choices.account, accountLabel)),
    selectControl('region', 'Region', all('All regions', choices.region)),
    selectControl('api', 'API', all('All APIs', choices.api)),
    selectControl('stage', 'Stage', all('All stages', choices.stage)),
    selectControl('status', 'Calls', all('Any status', ['failure', 'success'], value => (value === 'failure' ? 'Failures' : 'Successes'))),
    el('label', { class: 'control check', title: 'A failed call seldom names its API. Such a call passes the filters by API and by stage, unless this is ticked.' },
      checkbox, el('span', null, 'Known API')),
    el('button', { type: 'button', id: 'reset', onclick: () => setFilters({ ...DEFAULTS, at: filters.at }) }, 'Reset'),
  );
}

function showFilters() {
  for (const name of ['account', 'region', 'api', 'stage', 'status']) {
    const control = controls[name];
    if (filters[name] && ![...control.options].some(option => option.value === filters[name])) {
      control.append(el('option', { value: filters[name] }, filters[name]));
    }
    control.value = filters[name];
    control.closest('label').classList.toggle('set', filters[name] !== '');
  }
  for (const name of ['from', 'to']) {
    controls[name].value = iso(filters[name]).slice(0, 16);
    controls[name].closest('label').classList.toggle('set', filters[name] !== DEFAULTS[name]);
  }
  controls.known.checked = filters.known;
  const isSet = ['from', 'to', 'account', 'region', 'api', 'stage', 'status', 'known', 'code'].some(name => filters[name] !== DEFAULTS[name]);
  document.getElementById('reset').disabled = !isSet;
}
