// Drives the browser: opens the runbook, presses Run, and waits for what must appear.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { launch, lens as lensOf, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const TIMEOUT = 30_000;
const { browser, page } = await launch({ width: 1640, height: 920 });

/** What the decorations after the text of visible lines say: they live in generated content only. */
const decorations = () =>
  page.evaluate(() =>
    [...document.querySelectorAll('.view-line span[class*="ced-"]')]
      .map((span) => getComputedStyle(span, '::after').content)
      .filter((content) => content !== 'none' && content !== 'normal')
      .map((content) => content.replace(/^"|"$/g, '')),
  );

const choose = async (item) => {
  await page.locator('.statusbar-item', { hasText: 'running' }).click();
  await page.locator('.quick-input-list').getByText(item).click();
};

/** More than so many blocks are said to run, by lenses and status bar. */
const until = (count) =>
  page.waitForFunction(
    (count) =>
      [...document.querySelectorAll('.codelens-decoration a')].filter((a) => a.textContent.includes('Stop')).length > 0 &&
      Number(/(\d+) running/.exec(document.querySelector('.statusbar')?.textContent)?.[1]) > count,
    count, { polling: 100 },
  );

const lens = (title) => lensOf(page, title);

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  ok('the runbook opens');

  await lens('Run').first().waitFor();
  ok('blocks carry lenses');
  const blocks = readFileSync(runbook, 'utf8').match(/^[`~]{3,}headwater/gm).length;

  await lens('Run').first().click();
  await page.getByText('Blocks can be run only in a trusted workspace.').first().waitFor();
  await page.locator('.codelens-decoration a:visible', { hasText: 'Stop' }).first().waitFor({ state: 'detached' });
  ok('nothing runs in a workspace that is not trusted');

  await trust(page);
  await lens('Run').first().click();
  await until(0);
  ok('pressing Run starts a block and offers Stop');

  await page.waitForFunction(
    () => [...document.querySelectorAll('.view-line span[class*="ced-"]')]
      .filter((span) => /\d/.test(getComputedStyle(span, '::after').content)).length >= 3,
    undefined, { timeout: TIMEOUT, polling: 100 },
  );
  ok('stages and fence say live figures');

  const before = await decorations();
  await page.waitForFunction(
    (before) => {
      const now = [...document.querySelectorAll('.view-line span[class*="ced-"]')]
        .map((span) => getComputedStyle(span, '::after').content).join();
      return now !== before;
    },
    before.join(), { polling: 100 },
  );
  ok('and they move');

  const status = page.locator('.statusbar-item', { hasText: 'running' });
  await status.waitFor();
  assert.match(await status.innerText(), /1 running/);
  ok('the status bar counts the running block');

  const fence = page.locator('.view-line', { hasText: /^\u0060{3}$/ }).first();
  await fence.hover({ position: { x: 8, y: 8 } });
  const hover = page.locator('.monaco-hover:visible').first();
  await hover.waitFor();
  ok(`hovering over the fence shows ${(await hover.locator('table').count()) ? 'rows' : 'a picture'}`);
  await page.mouse.move(640, 5);
  await page.locator('.monaco-hover:visible').first().waitFor({ state: 'detached' });

  // The key means the block at the cursor, which is put into the fence below a lens.
  if (blocks > 1) {
    const place = await lens('Run').first().boundingBox();
    await page.mouse.click(place.x + 60, place.y + place.height + 8);
    await page.keyboard.press('Control+Alt+Enter');
    await until(1);
    ok('the key runs the block at the cursor');
  }
  if (blocks > 2) {
    await choose('Run all blocks');
    await until(blocks - 1);
    ok('the menu of the status bar runs them all');
  }

  await lens('Explain').first().click();
  const said = page.frameLocator('iframe.webview').frameLocator('iframe').locator('.hw-said');
  await said.getByText('As it runs').waitFor();
  ok('Explain draws the plan in the panel beside it');
  await said.getByRole('button', { name: 'Close' }).click();
  await said.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Show Results' }).first().click();
  const results = page.frameLocator('iframe.webview').frameLocator('iframe');
  await results.locator('section').nth(blocks - 1).waitFor();
  await results.locator('canvas, [role=grid], .hw-plain').first().waitFor();
  ok('the panel shows a picture for each block');

  await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 3000));
  await page.screenshot({ path: picture });
  for (const text of await decorations()) {
    console.log(`     ${text}`);
  }

  await choose('Stop all blocks');
  await page.locator('.statusbar-item', { hasText: 'running' }).waitFor({ state: 'detached' });
  await page.locator('.codelens-decoration a:visible', { hasText: 'Stop' }).first().waitFor({ state: 'detached' });
  ok('the menu stops them all');
});
