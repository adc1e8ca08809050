// A browser, and a page of a file in it that must neither complain nor ask for anything.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const tools = createRequire(`${process.env.PAGE_TOOLS}/`);
const { chromium } = tools('playwright-core');
const axe = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8');

export const folder = process.env.PAGE_FOLDER;
export const file = name => `file://${join(folder, name)}`;

let browser;

export async function start() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

export const stop = () => browser.close();

/** Opens a file, as if it lay at `address` if there is one, calls `use` with its page, and checks that the browser had nothing to say and nothing to fetch but
 * `others` that were gone to. */
export async function open(name, { hash = '', width = 1280, height = 900, scheme = 'light', now = null, address = null } = {}, use, others = /(?!)/) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, timezoneId: 'America/New_York', permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  if (now) await page.clock.setFixedTime(now);
  const said = [];
  const asked = [];
  page.on('console', message => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => said.push(`error: ${error.message}`));
  page.on('request', request => asked.push(request.url()));
  page.on('dialog', dialog => { said.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  try {
    // As if it lay there: the browser gets the file for it, and nothing else.
    if (address) await page.route(address, route => route.fulfill({ body: readFileSync(join(folder, name)), contentType: 'text/html; charset=utf-8' }));
    await page.goto((address ?? file(name)) + hash);
    await use(page);
    assert.deepEqual(said, [], 'the console is silent');
    assert.deepEqual(asked.filter(url => !url.startsWith(address ?? file(name)) && !url.startsWith('data:') && !others.test(url)), [], 'nothing is fetched');
  } finally {
    await context.close();
  }
}

/** What axe-core finds: run in a world of its own, which the policy of the page does not bind. */
export async function violations(page) {
  await page.evaluate(`(() => { ${axe} ; window.axe = window.axe || axe; })()`);
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return results.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 5).map(node => node.html.slice(0, 200)), count: nodes.length }));
}

/** Draws every chart, as somebody who scrolls down does. */
export async function scrollThrough(page) {
  await page.evaluate(async () => {
    for (let at = 0; at < document.body.scrollHeight; at += 700) {
      scrollTo(0, at);
      await new Promise(done => setTimeout(done, 60));
    }
    scrollTo(0, 0);
  });
  await page.waitForFunction(() => [...document.querySelectorAll('.plot')].every(plot => plot.dataset.drawn === 'yes'), null, { timeout: 20_000 });
}

export const screenshot = (page, name, fullPage = false) => page.screenshot({ path: join(folder, 'screenshots', `${name}.png`), fullPage });

/** Texts of a column of a panel's table. */
export const column = (page, panel, title) => page.locator(`#panel-${panel} tbody [data-title="${title}"]`).allInnerTexts();
