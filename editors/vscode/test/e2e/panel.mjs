// Drives the results panel as a person would: runs all blocks, filters by a value, sets a parameter, pins a
// result, stops. What it does to the runbook is read from the file.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { launch, lens, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const { browser, page } = await launch({ width: 1640, height: 1100 });
const violations = [];
page.on('console', (message) => {
  if (/Content Security Policy/.test(message.text()) && /panel\.(js|css)|inline/.test(message.text()) && /webview/.test(message.location().url)) {
    violations.push(message.text());
  }
});

/** The runbook as it is on disk once it says this. */
async function saved(pattern) {
  await page.getByRole('tab', { name: /\.md/ }).first().click();
  for (let text = ''; ; text = readFileSync(runbook, 'utf8')) {
    if (pattern.test(text)) {
      return text;
    }
    await page.keyboard.press('Control+s');
    await page.waitForFunction(() => !document.querySelector('.tab.dirty'));
  }
}

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await page.getByRole('button', { name: 'Show Results' }).first().click();
  const panel = page.frameLocator('iframe.webview').frameLocator('iframe');
  const blocks = readFileSync(runbook, 'utf8').match(/^[`~]{3,}headwater/gm).length;
  await panel.locator('.hw-card').nth(blocks - 1).waitFor();
  ok('the panel shows a card for every block before any runs');

  await panel.getByRole('button', { name: 'Run all' }).click();
  await panel.getByText(`${blocks} of ${blocks} running`).waitFor();
  await panel.locator('.hw-body-of-card :is(canvas, [role=grid], [role=img])').first().waitFor();
  ok('all of them run from there, and draw');

  const cell = panel.locator('.hw-body .hw-cell', { hasText: /^eu-west-1$/ }).first();
  await cell.scrollIntoViewIfNeeded();
  await cell.click();
  await panel.getByRole('menuitem', { name: 'Only eu-west-1' }).click();
  await saved(/\| where cloud\.region == "eu-west-1"/);
  ok('pressing a value filters the block, in the text');

  await panel.getByRole('combobox', { name: 'service' }).selectOption('another value…');
  const service = panel.getByRole('textbox', { name: 'service: another value' });
  await service.fill('payment');
  await service.press('Enter');
  await panel.getByRole('button', { name: 'service: Back to checkout' }).click();
  await panel.getByRole('button', { name: 'service: Back to checkout' }).waitFor({ state: 'hidden' });
  ok('a parameter is set in the form, and taken back');

  const card = panel.locator('.hw-card', { has: panel.locator('[role=grid]') }).first();
  await card.locator('.hw-body .hw-row').first().waitFor();
  await card.getByRole('button', { name: 'Pin' }).click();
  const text = await saved(/^\| ---|^\|\s*:?-+/m);
  ok(`a pinned result is in the file: ${text.split('\n').find((line) => /snapshot|matched|read/i.test(line) && !line.startsWith('|')) ?? ''}`);

  await page.locator('.view-line', { hasText: /summarize/ }).first().click();
  await panel.locator('.hw-card.hw-current').waitFor();
  ok('the card of the block at the cursor is marked');

  await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 3000));
  await page.screenshot({ path: picture });
  assert.deepEqual(violations, []);
  ok('under a policy that allows nothing inline');

  await panel.getByRole('button', { name: 'Stop all' }).click();
  await panel.getByText(`0 of ${blocks} running`).waitFor();
  ok('all of them are stopped from there');
});
