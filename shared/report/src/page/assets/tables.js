/* Tables: they sort by any column, show their first rows, and copy all of them as CSV. */

const FIRST_ROWS = 10;

/**
 * A table. Columns are `{ title, value(row), show(value, row), number, sort }`; rows come in the order that they have first.
 * `value` is what is sorted by and copied, `show` what stands in the cell.
 */
function table(title, columns, rows, options = {}) {
  const state = { by: null, descending: false, all: false };
  const first = options.first ?? FIRST_ROWS;
  const body = el('tbody');
  const more = el('button', { type: 'button', class: 'more', onclick: () => { state.all = !state.all; fill(); } });
  const headers = columns.map((column, at) => {
    const button = el('button', { type: 'button', onclick: () => sortBy(at) }, column.title);
    return el('th', { scope: 'col', class: column.number ? 'number' : null }, button);
  });

  function sorted() {
    if (state.by === null) return rows;
    const { value, number } = columns[state.by];
    const order = number
      ? (a, b) => (value(a) ?? -Infinity) - (value(b) ?? -Infinity)
      : (a, b) => byCodePoint(value(a) ?? '', value(b) ?? '');
    const ordered = [...rows].sort(order);
    return state.descending ? ordered.reverse() : ordered;
  }

  function sortBy(at) {
    const first = columns[at].number;
    if (state.by === at) state.descending = !state.descending;
    else Object.assign(state, { by: at, descending: Boolean(first) });
    headers.forEach((header, index) => {
      if (index === at) header.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
      else header.removeAttribute('aria-sort');
    });
    fill();
    say(`Sorted by ${columns[at].title}, ${state.descending ? 'descending' : 'ascending'}`);
  }

  function cell(column, row, at) {
    const value = column.value(row);
    const shown = column.show ? column.show(value, row) : value ?? NONE;
    const tag = at === 0 ? 'th' : 'td';
    const content = shown instanceof Node ? shown : column.number ? shown : isolated(shown);
    return el(tag, { class: column.number ? 'number' : column.long === true ? 'long' : column.long ?? null, scope: at === 0 ? 'row' : null, 'data-title': column.title }, content);
  }

  function fill() {
    const shown = state.all ? sorted() : sorted().slice(0, first);
    body.replaceChildren(...shown.map(row => el('tr', options.attributes?.(row), columns.map((column, at) => cell(column, row, at)))));
    more.hidden = rows.length <= first;
    more.textContent = state.all ? `Show the first ${first}` : `Show all ${formatCount(rows.length)} rows`;
  }

  fill();
  const copy = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy CSV: ${title}`, onclick: () => copyText(copy, csvOf([columns.map(column => column.title), ...sorted().map(row => columns.map(column => column.value(row)))])) }, 'Copy CSV');
  const scroller = el('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': `${title}, table` },
    el('table', null, el('caption', { class: 'unseen' }, title), el('thead', null, el('tr', null, headers)), body));
  return el('div', { class: `table ${options.kind ?? ''}` }, scroller, el('p', { class: 'tools' }, more, copy));
}

/** Copies a text, also where a page of a file may not use the clipboard's newer way. */
async function copyText(button, text, before = 'Copy CSV') {
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el('textarea', { class: 'unseen', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    copied = document.execCommand('copy');
    area.remove();
  }
  button.textContent = copied ? 'Copied' : 'Not copied';
  say(copied ? 'Copied' : 'The browser did not let it be copied');
  setTimeout(() => { button.textContent = before; }, 1500);
}

const textColumn = (title, value, more) => ({ title, value, ...more });
const countColumn = (title, value, more) => ({ title, value, show: formatCount, number: true, ...more });
const msColumn = (title, value) => ({ title, value, show: formatMs, number: true });
const shareColumn = (title, value) => ({ title, value, show: formatShare, number: true });

/** A share with a bar. */
function barColumn(title, value, kind = '') {
  return {
    title, value, number: true,
    show: share => el('span', { class: 'bar' }, el('meter', { class: kind, min: '0', max: '1', value: share ?? 0, 'aria-label': title }), el('span', null, formatShare(share))),
  };
}
