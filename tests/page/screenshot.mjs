// Pictures of the page of the samples: node screenshot.mjs PNG [FOLDER]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { open, scrollThrough, start, stop } from './browser.mjs';

const [png, folder] = process.argv.slice(2);
// Ages of deliveries would make another picture every day.
const now = new Date('2026-11-21T00:30:00Z');

await start();
await open('page.html', { width: 1280, height: 1938, now }, async page => {
  await scrollThrough(page);
  await page.screenshot({ path: png });
});
if (folder) {
  mkdirSync(folder, { recursive: true });
  for (const scheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      await open('page.html', { width, scheme, now, hash: '#code=AccessDenied' }, async page => {
        await scrollThrough(page);
        await page.screenshot({ path: join(folder, `${scheme}-${width}.png`), fullPage: true });
      });
    }
  }
}
await stop();
