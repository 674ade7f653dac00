// The page of `headwater view` in a browser: opened by its address, its blocks run, a parameter is set, the file is
// edited, the program ends. usage: node view.mjs PATH_TO_HEADWATER PICTURE.png, with CHROMIUM and PLAYWRIGHT.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { chromium } = createRequire(`${process.env.PLAYWRIGHT}/`)('playwright-core');
const [headwater, picture] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'headwater-view-'));
const file = join(folder, 'checkout.md');
writeFileSync(file, `---
params:
  region: { type: string, default: eu-west-1, doc: where to look }
---
# Checkout latency

What a customer feels is the slowest percentile, not the mean. <script>document.title = 'owned'</script>

\`\`\`headwater name=latency
spans
| where kind == "server" and service.name == "checkout"
| summarize p50 = percentile(duration, 50), p99 = percentile(duration, 99) by bin(timestamp, 5s)
| render timechart
\`\`\`

## One region

\`\`\`headwater name=region
spans
| where cloud.region == region and duration > 250ms
| project timestamp, service.name, duration, cloud.region
| tail 6
\`\`\`
`);

const program = spawn(headwater, ['view', file], { stdio: ['ignore', 'ignore', 'pipe'] });
const address = await new Promise((resolve, reject) => {
  let said = '';
  program.stderr.on('data', (data) => {
    said += data;
    const found = /open (http:\S+)/.exec(said);
    if (found) {
      resolve(found[1]);
    }
  });
  program.on('exit', () => reject(new Error(said)));
});
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1200, height: 1100 }, colorScheme: 'light' });
const violations = [];
page.on('console', (message) => /Content Security Policy/.test(message.text()) && violations.push(message.text()));
let passed = 0;
const ok = (what) => {
  passed += 1;
  console.log(`ok   ${what}`);
};

try {
  const bare = new URL(address).origin;
  assert.equal((await page.goto(bare)).status(), 403);
  ok('without the token nothing is shown');
  await page.goto(address);
  await page.getByRole('heading', { name: 'Checkout latency', level: 1 }).first().waitFor();
  assert.equal(page.url(), `${bare}/`);
  assert.equal(await page.title(), 'Checkout latency');
  ok('with it the runbook is, and HTML in it is text');
  const other = await browser.newContext();
  assert.equal((await (await other.newPage()).goto(address)).status(), 403);
  ok('the address is for one browser');

  await page.locator('.place[data-block=latency] canvas').first().waitFor();
  await page.locator('.place[data-block=region] [role=row]').nth(3).waitFor();
  ok('its blocks run, each under its text');
  await page.waitForTimeout(Number(process.env.SETTLE_MS ?? 2000));
  await page.screenshot({ path: picture });

  const field = page.locator('.hw-params [name=region]');
  await field.selectOption('us-east-1').catch(() => field.fill('us-east-1').then(() => field.press('Enter')));
  await page.locator('.place[data-block=region] [role=gridcell]', { hasText: 'us-east-1' }).first().waitFor();
  ok('a parameter is set, and its block answers anew');

  writeFileSync(file, readFileSync(file, 'utf8').replace('## One region', '## Where it is slow'));
  await page.getByRole('heading', { name: 'Where it is slow', level: 2 }).first().waitFor();
  await page.locator('.place[data-block=latency] canvas').first().waitFor();
  ok('an edit of the file is shown, and what runs goes on');

  await page.locator('.place[data-block=latency]').getByRole('button', { name: /Explain/ }).click();
  await page.locator('dialog').getByText('As written').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  ok('a block is explained');
  await page.getByRole('button', { name: /Stop all/ }).click();
  await page.locator('.hw-count', { hasText: '0 of 2 running' }).waitFor();
  ok('and all are stopped');
  assert.deepEqual(violations.filter((text) => !/inline script/.test(text)), []);

  program.kill('SIGINT');
  await page.getByText('Headwater has ended').waitFor();
  ok('when the program ends, the page says so');
  console.log(`${passed} passed, 0 failed`);
} catch (error) {
  console.log(`FAIL ${error.message}\n${passed} passed, 1 failed`);
  await page.screenshot({ path: picture.replace(/\.png$/, '-failed.png') }).catch(() => undefined);
  process.exitCode = 1;
} finally {
  await browser.close();
  program.kill();
  rmSync(folder, { recursive: true, force: true });
}
