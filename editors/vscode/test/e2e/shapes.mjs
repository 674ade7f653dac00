// Runs every block of a runbook from the results panel, and takes a picture once all of them are drawn.

import { readFileSync } from 'node:fs';

import { launch, lens, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const { browser, page } = await launch({ width: 1640, height: 1180 });

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await page.getByRole('button', { name: 'Show Results' }).first().click();
  const panel = page.frameLocator('iframe.webview').frameLocator('iframe');
  const blocks = readFileSync(runbook, 'utf8').match(/^[`~]{3,}headwater/gm).length;
  await panel.getByRole('button', { name: 'Run all' }).click();
  await panel.getByText(`${blocks} of ${blocks} running`).waitFor();
  await panel.locator('.hw-body-of-card').nth(blocks - 1).waitFor();
  for (const card of await panel.locator('.hw-card').all()) {
    await card.scrollIntoViewIfNeeded();
    await card.locator('.hw-body-of-card > *').first().waitFor();
  }
  ok(`all ${blocks} blocks are drawn`);
  await panel.locator('.hw-card').first().scrollIntoViewIfNeeded();
  await panel.locator('.hw-toolbar').scrollIntoViewIfNeeded();
  await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 3000));
  await page.screenshot({ path: picture });
});
