// What somebody sees who opens the page: figures, filters, drill-down, keyboard, and that no name of an event is more than text.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { after, before, test } from 'node:test';
import { join } from 'node:path';

import { column, folder, open, screenshot, scrollThrough, start, stop, violations } from './browser.mjs';
import { HOSTILE } from './trails.mjs';

const json = path => JSON.parse(readFileSync(join(folder, path), 'utf8'));
const codes = json('store/reports/day/2026-11-20/top-error-codes.json');
const latency = json('store/reports/day/2026-11-20/average-latency.json');
const number = text => Number(text.replace(/[^0-9.]/g, ''));

before(start);
after(stop);

test('it is no larger than it may be', () => {
  for (const [name, most, compressed] of [['page.html', 6e6, 2e6], ['large.html', 10e6, 4e6]]) {
    const size = statSync(join(folder, name)).size;
    const small = gzipSync(readFileSync(join(folder, name))).length;
    console.log(`${name}: ${size} bytes, ${small} compressed`);
    assert.ok(size <= most && small <= compressed, `${name}: ${size}, ${small}`);
  }
});

test('the page of a rollup is that of the command line', () => {
  assert.deepEqual(readFileSync(join(folder, 'page.html')), readFileSync(join(folder, 'store/reports/day/2026-11-20/index.html')));
});

test('it opens in under a second', async () => {
  for (const name of ['page.html', 'large.html']) {
    // The best of three: the machine has other things to do.
    const times = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await open(name, {}, async page => {
        times.push(await page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventEnd));
        await page.waitForFunction(() => window.Plotly);
      });
    }
    console.log(`${name}: open after ${times.map(Math.round).join(', ')} ms`);
    assert.ok(Math.min(...times) < 1_000);
  }
});

test('it says nothing, asks for nothing, and draws every chart', async () => {
  await open('page.html', {}, async page => {
    await scrollThrough(page);
    assert.ok(await page.locator('.plot').count() > 10);
    await screenshot(page, 'page-1280', true);
  });
});

test('figures are those of the reports', async () => {
  await open('page.html', {}, async page => {
    assert.equal(number(await page.innerText('#tile-failures .value')), codes.totals.failures);
    const byCode = codes.tables.find(table => table.by === 'error_code');
    assert.deepEqual(await column(page, 'top-error-codes', 'Error code'), byCode.rows.map(row => row.value));
    assert.deepEqual((await column(page, 'top-error-codes', 'Events')).map(number), byCode.rows.map(row => row.events));
    const rows = latency.rows;
    assert.deepEqual((await column(page, 'average-latency', 'Average')).map(number), rows.map(row => Number(row.average_ms.toFixed(1))));
    assert.deepEqual((await column(page, 'average-latency', 'Requests')).map(number), rows.map(row => row.requests));
    assert.deepEqual((await column(page, 'average-latency', 'Maximum')).map(number), rows.map(row => row.maximum_ms));
    const stages = latency.breakdowns.find(breakdown => breakdown.level === 'stage').rows.filter(row => row.api_kind === 'rest');
    assert.deepEqual((await column(page, 'rest-stages', 'Average')).map(number), stages.map(row => Number(row.average_ms.toFixed(1))));
  });
});

test('alerts are those of the document, and filters choose among them', async () => {
  const { alerts, not_evaluated: unjudged } = json('store/reports/latest/alerts.json');
  assert.ok(alerts.length > 2);
  await open('latest.html', { hash: '#at=alerts' }, async page => {
    assert.deepEqual(await column(page, 'alerts', 'What'), alerts.map(alert => alert.summary));
    assert.deepEqual(await column(page, 'alerts', 'Status'), alerts.map(alert => alert.status));
    const detail = `${alerts.filter(alert => alert.status === 'ended').length} ended, 0 muted`;
    assert.equal(await page.innerText('#tile-alerts .detail'), detail);
    await page.click('#panel-not-evaluated .more');
    assert.deepEqual(await column(page, 'not-evaluated', 'Why'), unjudged.map(one => one.reason));
    await page.selectOption('#filter-account', '444455556666');
    await page.waitForFunction(() => location.hash.includes('account'));
    const own = alerts.filter(alert => alert.account === '444455556666');
    assert.deepEqual(await column(page, 'alerts', 'What'), own.map(alert => alert.summary));
    assert.deepEqual(await violations(page), []);
    await page.evaluate(() => document.getElementById('title-alerts').scrollIntoView());
    await screenshot(page, 'alerts');
  });
  await open('page.html', {}, async page => {
    assert.match(await page.innerText('#panel-alerts .empty'), /latest hours/);
  });
});

test('filters act on everything, and live in the address', async () => {
  await open('page.html', {}, async page => {
    await page.selectOption('#filter-account', '777788889999');
    await page.waitForFunction(() => location.hash.includes('account=777788889999'));
    const accounts = await column(page, 'average-latency', 'Account');
    assert.deepEqual([...new Set(accounts)], ['777788889999']);
    const expected = await page.evaluate(() => {
      const { events, texts } = JSON.parse(document.getElementById('data').textContent);
      return events.count.reduce((sum, count, row) => sum + (texts[events.account[row]] === '777788889999' && texts[events.error_code[row]] !== '' ? count : 0), 0);
    });
    assert.equal(number(await page.innerText('#tile-failures .value')), expected);
    await page.click('#reset');
    await page.waitForFunction(() => !location.hash.includes('account'));
    assert.equal(number(await page.innerText('#tile-failures .value')), codes.totals.failures);
    await page.goBack();
    await page.waitForFunction(() => location.hash.includes('account'));
    assert.equal(await page.inputValue('#filter-account'), '777788889999');
  });
});

test('a range of time, a region, an API and a status', async () => {
  await open('page.html', { hash: '#from=2026-11-20T14:00Z&to=2026-11-20T16:00Z&region=us-east-1' }, async page => {
    const times = await column(page, 'failed-details', 'Time (UTC)');
    assert.ok(times.length && times.every(time => time >= '2026-11-20 14:00' && time < '2026-11-20 16:00'), times.join());
    const failures = number(await page.innerText('#tile-failures .value'));
    assert.ok(failures > 0 && failures < codes.totals.failures);
    await page.selectOption('#filter-status', 'success');
    await page.waitForFunction(() => document.querySelector('#panel-failed-events .empty'));
    await page.selectOption('#filter-api', 'payments');
    await page.waitForFunction(() => document.querySelectorAll('#panel-average-latency tbody tr').length === 1);
    await page.check('#filter-known');
    await page.waitForFunction(() => location.hash.includes('known=1'));
  });
});

test('an error code shows its failed events, users, APIs and source IPs', async () => {
  await open('page.html', {}, async page => {
    await page.click('#panel-top-error-codes tbody a >> nth=0');
    await page.waitForSelector('#panel-drill');
    assert.match(await page.evaluate(() => location.hash), /code=AccessDenied/);
    const sum = async panel => (await column(page, panel, 'Events')).map(number).reduce((all, one) => all + one, 0);
    for (const panel of ['drill-users', 'drill-apis', 'drill-ips']) assert.equal(await sum(panel), 38, panel);
    assert.ok(await page.locator('#panel-drill-events tbody tr').count() > 0);
    await screenshot(page, 'drill-down');
    await page.click('#close-code');
    await page.waitForFunction(() => !document.getElementById('panel-drill'));
  });
  // A link to it opens it, where it is seen.
  await open('page.html', { hash: '#code=NotFoundException&at=errors' }, async page => {
    await page.waitForFunction(() => { const { top } = document.getElementById('drill-title').getBoundingClientRect(); return top >= 0 && top < innerHeight; });
    assert.deepEqual(await column(page, 'drill-events', 'Error code').then(all => [...new Set(all)]), ['NotFoundException']);
  });
});

test('tables sort and copy', async () => {
  await open('page.html', {}, async page => {
    const header = page.locator('#panel-average-latency thead button', { hasText: 'Requests' });
    await header.click();
    const requests = (await column(page, 'average-latency', 'Requests')).map(number);
    assert.deepEqual(requests, [...requests].sort((a, b) => b - a));
    await header.press('Enter');
    assert.equal(await page.getAttribute('#panel-average-latency th[aria-sort]', 'aria-sort'), 'ascending');
    await page.click('#panel-top-error-codes .copy');
    await page.waitForFunction(() => document.querySelector('#panel-top-error-codes .copy').textContent === 'Copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^Error code,Events,Share\nAccessDenied,38,0\.40/);
  });
});

test('charts tell their values by hover and by keyboard', async () => {
  await open('page.html', { hash: '#at=latency' }, async page => {
    const plot = page.locator('#panel-latency-trend .plot');
    await plot.scrollIntoViewIfNeeded();
    await page.waitForSelector('#panel-latency-trend .plot[data-drawn=yes]');
    await plot.hover({ position: { x: 400, y: 100 } });
    await page.waitForSelector('#panel-latency-trend .hoverlayer text');
    await plot.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    assert.match(await page.innerText('#panel-latency-trend .told'), /^2026-11-20 23:30: .+ ms/);
  });
});

for (const scheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`nothing that axe-core finds, ${scheme}, ${width} pixels`, async () => {
      await open('page.html', { scheme, width, hash: '#code=AccessDenied' }, async page => {
        await scrollThrough(page);
        assert.deepEqual(await violations(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, 'it does not scroll sideways');
        await screenshot(page, `${scheme}-${width}`, width === 390);
      });
    });
  }
}

test('a panel without data says why and how to get it', async () => {
  await open('page.html', {}, async page => {
    for (const panel of ['rest-percentiles', 'methods', 'threats', 'countries']) {
      const text = await page.innerText(`#panel-${panel} .empty`);
      assert.ok(text.split('. ').length >= 2, `${panel}: ${text}`);
    }
  });
});

test('names of a hostile trail are text', async () => {
  const html = readFileSync(join(folder, 'hostile.html'), 'utf8');
  assert.equal(html.match(/<script/g).length, 3, 'no element but those of the page');
  await open('hostile.html', { hash: `#code=${encodeURIComponent(HOSTILE[0])}&at=errors` }, async page => {
    await scrollThrough(page);
    await page.click('#panel-top-error-codes .more');
    const shown = await column(page, 'top-error-codes', 'Error code');
    for (const text of HOSTILE.filter(one => /^[\x20-\x7e]{1,400}$/.test(one))) assert.ok(shown.includes(text), text);
    assert.ok(shown.some(text => text.includes('\\u{202e}gpj.exe')), 'what turns a text is spelt out');
    assert.ok(shown.some(text => /^x{500}… \(and 3596 more characters\)$/.test(text)));
    assert.equal(await page.locator('main img, main script, main svg[onload], main [onerror], main a[href^="javascript"]').count(), 0);
    assert.equal(await page.evaluate(() => Object.keys(window).filter(name => name.startsWith('alert')).length), 1);
    assert.equal(number(await page.innerText('#tile-failures .value')), HOSTILE.length);
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'hostile', true);
  });
});

test('a hundred thousand events: all are counted, what is coarser is said', async () => {
  await open('large.html', {}, async page => {
    assert.match(await page.innerText('#tile-failures .detail'), /of 100,000 calls/);
    const built = await page.evaluate(() => Number(document.getElementById('main').dataset.built));
    console.log(`built in ${built} ms`);
    await page.locator('#panel-facts').scrollIntoViewIfNeeded();
    assert.match(await page.innerText('#panel-facts .note'), /hour|too many/);
    assert.match(await page.innerText('#panel-failed-details .note'), /lists [\d,]+ of [\d,]+/);
    await screenshot(page, 'large');
  });
});

test('it prints', async () => {
  await open('page.html', {}, async page => {
    await page.emulateMedia({ media: 'print' });
    await page.waitForFunction(() => window.Plotly);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.waitForFunction(() => [...document.querySelectorAll('.plot')].every(plot => plot.dataset.drawn === 'yes'));
    const pdf = await page.pdf({ path: join(folder, 'screenshots', 'page.pdf') });
    assert.ok(pdf.length > 50_000);
  });
});
