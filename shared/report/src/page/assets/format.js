/* Texts, numbers and times as they are shown, and the making of elements. No text is ever read as HTML. */

/** Characters that cannot be seen, or that turn a text's direction: spelt out, as the command line does. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2800\u3000\u3164\uffa0\ufe00-\ufe0f]/gu;

const visible = text =>
  String(text).replace(UNSEEN, one => `\\u{${one.codePointAt(0).toString(16)}}`);

/** An element. Attributes that begin with `on` are listeners; children are elements or texts. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : visible(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : visible(child));
  }
  return element;
}

/** A text whose direction is its own. */
const isolated = text => el('bdi', null, text);

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const NONE = '–';
const known = value => value !== null && value !== undefined && !Number.isNaN(value);
const formatCount = value => (known(value) ? whole.format(value) : NONE);
const formatMs = value => (known(value) ? `${oneDigit.format(value)} ms` : NONE);
const formatShare = value => {
  if (!known(value)) return NONE;
  const percent = value * 100;
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  return `${(percent > 0 && percent < 1 ? twoDigits : oneDigit).format(percent)} %`;
};
const formatBytes = value => {
  if (!known(value)) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  for (; value >= 1000 && at < units.length - 1; at += 1) value /= 1000;
  return `${at ? oneDigit.format(value) : whole.format(value)} ${units[at]}`;
};

const iso = ms => new Date(ms).toISOString();
const formatTime = ms => (known(ms) ? iso(ms).slice(0, 16).replace('T', ' ') : NONE);
const formatSecond = ms => (known(ms) ? iso(ms).slice(0, 19).replace('T', ' ') : NONE);
const formatClock = ms => iso(ms).slice(11, 16);

/** How long ago, by the clock of whoever looks. */
function formatAge(ms) {
  const minutes = Math.round((Date.now() - ms) / 60000);
  if (minutes < 0) return 'in the future';
  if (minutes < 90) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

const time = ms => (known(ms) ? el('time', { datetime: iso(ms), title: `${iso(ms)}` }, formatTime(ms)) : NONE);

const plural = (count, one, many = `${one}s`) => `${formatCount(count)} ${count === 1 ? one : many}`;

/** A cell of CSV, which no spreadsheet runs as a formula. */
function csvCell(value) {
  if (typeof value === 'number') return String(value);
  let text = visible(value ?? '');
  if (/^[=+\-@＝＋－＠]/.test(text)) text = `'${text}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csvOf = rows => `${rows.map(row => row.map(csvCell).join(',')).join('\n')}\n`;

/** Says something to whoever cannot see it happen. */
function say(text) {
  const said = document.getElementById('said');
  said.textContent = '';
  requestAnimationFrame(() => {
    said.textContent = visible(text);
  });
}
