// Drives the results panel as a person would: runs all blocks, looks at their cards, uses them by mouse and keys.

import assert from 'node:assert/strict';

import { launch, lens, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const { browser, page } = await launch({ width: 1640, height: 1100 });
const violations = [];
page.on('console', (message) => {
  if (/Content Security Policy/.test(message.text()) && /vscode-webview|panel\.(js|css)/.test(message.text() + message.location().url)) {
    violations.push(message.text());
  }
});

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await page.getByRole('button', { name: 'Show Results' }).first().click();
  const panel = page.frameLocator('iframe.webview').frameLocator('iframe');
  await panel.locator('.hw-board').waitFor();
  ok('the panel opens beside the runbook');

  await lens(page, 'Run').first().click();
  await panel.locator('.hw-card[data-state="running"] canvas').first().waitFor();
  ok('a running block has a card with its chart');

  await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 3000));
  assert.deepEqual(violations, []);
  ok('under a policy that allows nothing inline');
  await page.screenshot({ path: picture });
});
