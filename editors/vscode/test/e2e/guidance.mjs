// Drives the browser through what guides the writer: values that occur in completion, the live profile in a
// hover, and a finding that teaches, with its fix. A picture of each beside the name that was given.

import { launch, lens, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const { browser, page } = await launch({ width: 1080, height: 640 });
const take = (name) => page.screenshot({ path: picture.replace(/\.png$/, `-${name}.png`) });
const text = (words) => page.locator('.view-line span', { hasText: words }).last();

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await lens(page, 'Run').first().click();
  await lens(page, 'reads').first().waitFor();
  ok('the lens says what a block costs');

  // What was kept is read first, faster than it comes.
  await page.waitForFunction(
    () => [...document.querySelectorAll('.codelens-decoration')].some((lens) => /reads [12](\.\d)? k/.test(lens.textContent)),
    undefined, { polling: 100 },
  );
  // Behind `eu-`, within the quotes.
  await text('eu-').click({ position: { x: 4, y: 6 } });
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  const value = page.locator('.suggest-widget .monaco-list-row', { hasText: 'eu-west-1' });
  for (let asked = 0; !(await value.first().isVisible()) || !/here/.test(await value.first().innerText()); asked += 1) {
    if (asked > 20) {
      throw new Error('completion does not know what occurs here');
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row').first().waitFor();
  }
  ok('completion offers the values that occur behind the filter, with how often');
  await take('completion');
  await value.first().click();
  await page.getByText('"eu-west-1"').first().waitFor();
  ok('and writes the one that is chosen');

  await page.locator('.view-line', { hasText: 'where cloud.region' }).locator('span span', { hasText: 'region' }).first().hover();
  const hover = page.locator('.monaco-hover:visible', { hasText: 'At this place' });
  await hover.first().waitFor();
  await hover.locator('table').first().waitFor();
  ok('hovering over a field shows its meaning and what the events have');
  await take('hover');
  await page.mouse.move(5, 5);
  await page.locator('.monaco-hover:visible').first().waitFor({ state: 'detached' });

  await page.locator('.squiggly-warning').first().hover({ force: true });
  await page.locator('.monaco-hover:visible', { hasText: 'because:' }).first().waitFor();
  ok('a window that is too short is underlined: what was found, why it matters, what to write');
  await take('finding');
  await page.mouse.move(5, 5);
  await text('1s').click();
  await page.keyboard.press('Control+.');
  const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'bin(timestamp, 5s)' });
  await fix.first().waitFor();
  ok('and the fix is one key away');
  await fix.first().click();
  await page.locator('.view-line', { hasText: '5s' }).first().waitFor();
  await page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
  ok('taken, the finding is gone');
});
