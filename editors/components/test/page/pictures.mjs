// Pictures of a board with every shape: light, dark, high contrast, and in a small room.
// usage: node test/page/pictures.mjs FOLDER

import { BLOCKS, runbook } from '../fixtures.ts';
import { drawn, fill, start } from './start.mjs';

const folder = process.argv[2] ?? '.';
const browser = await start();
for (const [name, settings] of [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['contrast', { colorScheme: 'dark', contrast: 'more' }],
  ['forced', { forcedColors: 'active' }],
  ['small', { colorScheme: 'dark', viewport: { width: 380, height: 900 } }],
]) {
  const page = await browser.open(settings);
  await fill(page, runbook(), BLOCKS);
  // Everything is to be on the picture, and only what is seen is drawn.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: page.viewportSize().width, height: Math.max(height, 2600) });
  await drawn(page);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  console.log(`${name}: ${(await page.evaluate(() => window.violations)).join('; ') || 'no violations'}`);
  await page.close();
}
await browser.stop();
