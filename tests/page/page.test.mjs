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
  const [file, beside] = ['page.html', 'store/reports/day/2026-11-20/index.html'].map(path => readFileSync(join(folder, path), 'utf8'));
  // Only the way to other pages is another.
  assert.ok(file.includes('"others":{"reports_url":"store/reports/"'));
  assert.equal(file.replace(/"others":\{[^}]*\}/, '"others":{"reports_url":null,"store":null}'), beside);
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

test('audit panels have the figures of the terminal', async () => {
  const audit = json('audit.json');
  const rowsOf = name => audit.tables.find(table => table.name === name).rows;
  await open('page.html', {}, async page => {
    for (const [panel, name, title] of [['status', 'status', 'Status'], ['failed-events', 'failed_events', 'Event name'], ['successful-events', 'successful_events', 'Event name'],
      ['user-agents', 'user_agents', 'User agent'], ['failure-places', 'failures_by_source_ip', 'Source IP'], ['success-places', 'successes_by_source_ip', 'Source IP']]) {
      const more = page.locator(`#panel-${panel} .more`);
      if (await more.isVisible()) await more.click();
      assert.deepEqual(await column(page, panel, title), rowsOf(name).map(row => row.value), panel);
      assert.deepEqual((await column(page, panel, 'Events')).map(number), rowsOf(name).map(row => row.events), panel);
    }
    await page.click('#panel-changes .more');
    assert.deepEqual(await column(page, 'changes', 'Event name'), audit.changes.map(change => change.event_name));
    assert.deepEqual(await column(page, 'changes', 'Stage'), audit.changes.map(change => change.stage));
    assert.equal(number((await page.innerText('#panel-failed-details .more')).replace('Show all', '')), audit.failures_in_all);
  });
});

const SECTIONS = ['glance', 'errors', 'latency', 'alerts', 'audit', 'rest', 'detailed', 'http', 'websocket', 'about'];

/** Every panel of the app that is replaced, by section. */
const PANELS = {
  errors: ['top-error-codes', 'error-trend'],
  latency: ['average-latency', 'latency-trend'],
  audit: ['event-trend', 'status-trend', 'status', 'failed-events', 'successful-events', 'users', 'user-agents', 'failure-places', 'success-places', 'failure-countries', 'success-countries', 'threats', 'changes', 'failed-details', 'successful-details'],
  rest: ['rest-calls', 'rest-calls-trend', 'comparison', 'rest-latency', 'rest-latency-max', 'rest-integration', 'rest-percentiles', 'rest-4xx', 'rest-4xx-rate', 'rest-5xx', 'rest-5xx-rate', 'cache', 'rest-stages'],
  detailed: ['methods', 'methods-integration'],
  http: ['http-calls', 'http-calls-trend', 'http-latency', 'http-integration', 'http-4xx', 'http-5xx', 'http-data', 'http-stages', 'http-routes'],
  websocket: ['socket-calls', 'socket-connects', 'socket-messages', 'socket-client', 'socket-execution', 'socket-integration-errors', 'socket-latency', 'socket-stages', 'socket-routes'],
};

test('every panel is there, in its section and order, and shows something where there is data', async () => {
  await open('full.html', {}, async page => {
    await scrollThrough(page);
    assert.deepEqual(await page.locator('main > section').evaluateAll(all => all.map(one => one.dataset.section)), SECTIONS);
    for (const [section, panels] of Object.entries(PANELS)) {
      const shown = await page.locator(`#section-${section} article`).evaluateAll(all => all.map(one => one.id.replace('panel-', '')));
      assert.deepEqual(shown, panels, section);
    }
    for (const panel of Object.values(PANELS).flat()) assert.equal(await page.locator(`#panel-${panel} .empty`).count(), 0, panel);
    assert.equal(await page.innerText('#title-errors'), 'Control-plane errors (Top Error Codes)');
    assert.match(await page.innerText('#section-errors .lead'), /CloudTrail does not see/);
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'full', true);
  });
});

test('metrics of stages, methods and routes have the figures that were pulled', async () => {
  await open('full.html', {}, async page => {
    const one = async (panel, title) => (await column(page, panel, title))[0];
    // 96 quarters of an hour, of 640 requests each.
    assert.equal(number(await one('rest-stages', 'Requests')), 96 * 640);
    assert.equal(await one('rest-stages', 'Cache hits'), '75.0 %');
    assert.equal(await one('rest-stages', '5xx'), '6.3 %');
    assert.equal(number(await one('rest-stages', '4xx errors')), 96 * 80);
    assert.equal(await one('rest-stages', 'Integration average'), '30.0 ms');
    assert.deepEqual(await column(page, 'methods', 'Resource'), ['/a', '/b']);
    assert.match(await page.innerText('#panel-methods .note'), /^2 resources/);
    assert.equal(await one('http-routes', 'Method or route'), 'POST');
    assert.equal(await one('http-stages', 'Data processed'), '6.3 MB');
    assert.equal(await one('http-stages', 'API'), 'storefront (http000001)');
    assert.equal(await one('socket-routes', 'Route'), 'send');
    assert.equal(number(await one('socket-stages', 'Execution errors')), 96 * 32);
  });
});

test('requests are compared with those of a day and of a week before', async () => {
  await open('full.html', {}, async page => {
    await page.click('#panel-comparison .copy');
    await page.waitForFunction(() => document.querySelector('#panel-comparison .copy').textContent === 'Copied');
    const copied = (await page.evaluate(() => navigator.clipboard.readText())).trim().split('\n').map(line => line.split(','));
    assert.deepEqual(copied[0], ['Time (UTC)', 'these hours', 'a day before', 'a week before']);
    // Four quarters of an hour of 192 requests times the scale of the day: 160 of REST, 32 of HTTP.
    assert.deepEqual(copied[5].slice(1).map(Number), [4 * 192 * 4, 4 * 192 * 2, 4 * 192]);
  });
});

test('countries and threats are those of the files of the configuration', async () => {
  await open('full.html', {}, async page => {
    assert.deepEqual(await column(page, 'failure-countries', 'Country'), ['(unknown)', 'Japan (JP)']);
    assert.deepEqual(await column(page, 'success-countries', 'Country'), ['Germany (DE)', 'Japan (JP)']);
    assert.match(await page.innerText('#panel-failure-countries .note'), /Made-Country of 2026-/);
    const places = await column(page, 'failure-places', 'Source IP');
    assert.ok(places.length && places.every(place => !place.includes('amazonaws')), 'services of AWS call from nowhere');
    assert.deepEqual(await column(page, 'threats', 'Source IP'), ['203.0.113.9']);
    assert.deepEqual(await column(page, 'threats', 'On the list as'), ['203.0.113.0/28']);
    assert.deepEqual([await column(page, 'threats', 'Events'), await column(page, 'threats', 'Failures')], [['2'], ['1']]);
    await page.selectOption('#filter-status', 'failure');
    await page.waitForFunction(() => document.querySelector('#panel-threats tbody [data-title="Events"]').textContent === '1');
  });
});

test('changes are marked where latency and errors are, with who made them', async () => {
  await open('full.html', {}, async page => {
    await scrollThrough(page);
    const marked = await page.locator('.plot').evaluateAll(all => all.filter(plot => plot.data.some(trace => trace.name === 'changes of APIs')).map(plot => plot.closest('article').id.replace('panel-', '')));
    for (const panel of ['error-trend', 'latency-trend', 'rest-latency', 'rest-percentiles', 'rest-4xx', 'rest-5xx-rate', 'http-latency', 'http-5xx', 'socket-execution']) assert.ok(marked.includes(panel), panel);
    assert.ok(!marked.includes('rest-calls-trend') && !marked.includes('event-trend'));
    const plot = page.locator('#panel-http-latency .plot');
    await plot.scrollIntoViewIfNeeded();
    await plot.focus();
    await page.keyboard.press('PageDown');
    const told = await page.innerText('#panel-http-latency .told');
    assert.match(told, /^2026-11-20 10:00: .* ms.*\. Changes: 10:07 CreateDeployment: storefront \(http000001\), \$default, by ana/);
    assert.ok(!/AccessDenied|10:12/.test(told), 'a failed call changed nothing');
    await page.waitForFunction(() => document.querySelector('#panel-http-latency .hoverlayer')?.textContent.includes('CreateDeployment'));
    // The mark itself, by hover.
    await page.keyboard.press('Escape');
    const mark = await page.evaluate(() => {
      const { data, _fullLayout: layout } = document.querySelector('#panel-rest-latency .plot');
      const trace = data.find(one => one.name === 'changes of APIs');
      return { x: layout.xaxis._offset + layout.xaxis.d2p(trace.x[0]), y: layout._size.t + 6 };
    });
    const rest = page.locator('#panel-rest-latency .plot');
    await rest.scrollIntoViewIfNeeded();
    await rest.hover({ position: mark });
    await page.waitForFunction(() => document.querySelector('#panel-rest-latency .hoverlayer')?.textContent.includes('UpdateStage'));
    await screenshot(page, 'marks');
    assert.deepEqual(await column(page, 'changes', 'Event name'), ['UpdateStage', 'CreateDeployment']);
    assert.deepEqual(await column(page, 'changes', 'Effect'), ['stage changed', 'deployed']);
    await page.click('#panel-changes tbody a >> nth=0');
    await page.waitForFunction(() => location.hash.includes('from=2026-11-20T09%3A00Z') && location.hash.includes('to=2026-11-20T11%3A15Z'));
  });
});

test('other days are opened by a link, where one leads there', async () => {
  await open('latest.html', { hash: '#account=777788889999' }, async page => {
    await page.click('#panel-days a');
    await page.waitForURL(/store\/reports\/day\/2026-11-20\/index\.html/);
    assert.equal(await page.innerText('h1'), 'API Gateway on 2026-11-20');
    assert.equal(await page.inputValue('#filter-account'), '777788889999', 'filters go along');
    await page.click('#panel-days a');
    await page.waitForURL(/store\/reports\/latest\/index\.html/);
  }, /\/store\/reports\//);
});

test('a page that was opened by a signed link says what opens the others', async () => {
  const address = 'https://results.s3.eu-west-1.amazonaws.com/a%20b/reports/latest/index.html?X-Amz-Expires=3600&X-Amz-Signature=0';
  await open('store/reports/latest/index.html', { address }, async page => {
    assert.equal(await page.locator('#panel-days a').count(), 0);
    assert.match(await page.innerText('#panel-days .note'), /private/);
    await page.click('#panel-days li button');
    assert.equal(await page.innerText('#open-command'), "gatetrail open 's3://results/a b' --at 2026-11-20");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "gatetrail open 's3://results/a b' --at 2026-11-20");
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
    for (const panel of ['rest-percentiles', 'methods', 'threats', 'failure-countries', 'success-countries', 'socket-routes']) {
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
