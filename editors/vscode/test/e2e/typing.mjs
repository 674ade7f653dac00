// Types a runbook as people do, key by key at 60, 120 and 200 ms, and asks that the file holds what was typed, each line
// as it is; then that a list is there without being asked for, and gives way to Enter.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { launch, openRunbook, report } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const { browser, page } = await launch({ width: 1240, height: 900 });
const typed = readFileSync(runbook, 'utf8');
const file = join(dirname(runbook), 'typed.md');
const rows = page.locator('.suggest-widget.visible .monaco-list-row');

/** What the file holds when it was saved with this in it. */
async function saved() {
  await page.keyboard.press('Control+s');
  await page.locator('.tab.dirty').waitFor({ state: 'detached' });
  return readFileSync(file, 'utf8');
}

async function clear() {
  await page.locator('.view-lines').first().click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
}

await report(browser, page, picture, async (ok) => {
  writeFileSync(file, '# Typing\n\n```headwater\nspans\n```\n');
  await openRunbook(page, address, file);
  await page.locator('.codelens-decoration a', { hasText: 'Run' }).first().waitFor();
  for (const pace of (process.env.PACES ?? '60,120,200').split(',').map(Number)) {
    await clear();
    let asked = 0;
    for (const line of typed.split('\n').slice(0, -1)) {
      for (const key of line) {
        await page.keyboard.press(key === ' ' ? 'Space' : key);
        await page.waitForTimeout(pace);
        asked += Number((await rows.count()) > 0);
      }
      await page.keyboard.press('Enter');
      await page.waitForTimeout(pace);
    }
    const found = await saved();
    const lines = typed.trimEnd().split('\n');
    const there = found.split('\n');
    const right = lines.filter((line) => {
      const at = there.indexOf(line);
      there.splice(0, at + 1);
      return at >= 0;
    });
    console.log(`     ${right.length} of ${lines.length} lines at ${pace} ms a key, a list at ${asked} keys`);
    assert.equal(found.trimEnd(), typed.trimEnd());
    ok(`at ${pace} ms a key the file holds what was typed`);
  }

  await clear();
  const keys = async (text) => {
    for (const key of text) {
      await page.keyboard.press(key === ' ' ? 'Space' : key === '\n' ? 'Enter' : key);
      await page.waitForTimeout(120);
    }
  };
  await keys('```headwater\nspans\n| wh');
  await rows.filter({ hasText: 'where' }).first().waitFor();
  await page.keyboard.press('Tab');
  await rows.filter({ hasText: 'duration' }).first().waitFor();
  ok('Tab takes the first item, and what follows is offered without being asked for');
  await page.screenshot({ path: picture });
  await keys('reg');
  await rows.first().filter({ hasText: 'cloud.region' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await keys(' == "eu-west-1"\n| take 10\n```\n');
  assert.equal((await saved()).trimEnd(), '```headwater\nspans\n| where cloud.region == "eu-west-1"\n| take 10\n```');
  ok('an item that was chosen is taken with Enter, and behind a whole line Enter is a new line');
});
