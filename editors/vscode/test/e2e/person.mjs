// As a person works: runs a block, edits it while it runs, breaks it and mends it, filters by a click, keeps a snapshot,
// stops, loses the runner and goes on, and looks at the Markdown preview.

import { execFileSync } from 'node:child_process';

import { launch, lens, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const { browser, page } = await launch({ width: 1640, height: 1000 });

const line = (text) => page.locator('.view-line', { hasText: text }).first();
const panel = page.frameLocator('iframe.webview').frameLocator('iframe');
const card = (name) => panel.locator('.hw-card', { hasText: name }).first();

/** All that decorations say, and the marks in the gutter. */
const written = () =>
  [...document.querySelectorAll('.view-line span[class*="ced-"]')].map((span) => getComputedStyle(span, '::after').content).join('\n');
const marks = () =>
  [...document.querySelectorAll('.glyph-margin-widgets [class*="ced-"], .margin [class*="ced-"]')].filter((mark) => getComputedStyle(mark).backgroundImage.includes('svg')).length;

async function command(name) {
  await page.keyboard.press('F1');
  await page.keyboard.type(name);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Puts the cursor at the end of the line that holds the text. */
async function at(text) {
  await line(text).click();
  await page.keyboard.press('End');
}

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await line('tail 8').click();
  await command('Turn Live Mode On or Off');
  await page.locator('.statusbar-item', { hasText: 'live' }).waitFor();
  ok('live mode is turned on, and the status bar says so');

  await page.getByRole('button', { name: 'Show Results' }).first().click();
  await panel.locator('.hw-board').waitFor();
  await lens(page, 'Run').first().click();
  await card('requests').locator('[role=row]').nth(6).waitFor();
  await page.waitForFunction(marks);
  ok('a block runs: its rows in the panel, a mark in the gutter');

  await at('tail 8');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('3');
  await page.waitForFunction(() => !document.querySelector('.statusbar')?.textContent?.includes('starting'));
  await card('requests').locator('[role=row]').nth(6).waitFor({ state: 'detached' });
  ok('edited while it runs, it answers anew');

  await at('tail 3');
  await page.keyboard.type(' by');
  await page.locator('.squiggly-error').first().waitFor();
  await card('requests').getByText('edited since').waitFor();
  await card('requests').locator('[role=row]').nth(2).waitFor();
  ok('broken, it keeps what it showed, marked as of an older text');

  for (let key = 0; key < 3; key += 1) {
    await page.keyboard.press('Backspace');
  }
  await page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  await card('requests').getByText('edited since').waitFor({ state: 'detached' });
  ok('mended, it is fresh again');

  const region = card('requests').locator('[role=gridcell]', { hasText: /^(eu|us|ap|sa)-/ }).first();
  await region.click();
  const value = (await panel.getByRole('menuitem', { name: /^Only/ }).innerText()).replace('Only ', '').trim();
  await panel.getByRole('menuitem', { name: /^Only/ }).click();
  await line(`where cloud.region == "${value}"`).waitFor();
  ok(`a click on ${value} filters the block by it`);
  await page.waitForFunction(written);

  await lens(page, 'Run').last().click();
  await card('rate').locator('canvas').waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.view-line span[class*="ced-"]')].some((span) => getComputedStyle(span, '::before').content.includes('svg')));
  ok('a chart has its sparkline at the fence');
  await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 3000));
  await page.screenshot({ path: picture });

  await line('tail 3').click();
  await command('Insert Snapshot');
  await line('requests at 20').waitFor();
  await line('| timestamp | service.name | cloud.region |').waitFor();
  ok('a snapshot is written under the block');

  const runner = execFileSync('pgrep', ['-f', 'headwater serve --private']).toString().trim().split('\n');
  execFileSync('kill', ['-9', ...runner]);
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.view-line span[class*="ced-"]')].some((span) => getComputedStyle(span, '::after').content.includes('runner ended')));
  ok('without its runner a block says so');
  await lens(page, 'Run').first().click();
  await page.waitForFunction(() => /\d running/.test(document.querySelector('.statusbar')?.textContent ?? ''));
  await card('requests').locator('[role=row]').nth(1).waitFor();
  ok('and runs again with the next press of Run');

  await line('tail 3').click();
  await command('Markdown: Open Preview to the Side');
  const preview = page.frameLocator('iframe.webview >> nth=-1').frameLocator('iframe#active-frame');
  await preview.locator('.headwater-results .hw-card').first().waitFor();
  await preview.locator('.headwater-results [role=grid], .headwater-results canvas').first().waitFor();
  ok('the Markdown preview shows what the block shows');
  await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 3000));
  await page.screenshot({ path: picture.replace(/\.png$/, '-preview.png') });

  await line('tail 3').click();
  await command('Stop All Blocks');
  await page.locator('.statusbar-item', { hasText: 'running' }).waitFor({ state: 'detached' });
  ok('all blocks stop');
});
