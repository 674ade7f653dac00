// How fluid the editor stays: 200 blocks in a runbook, 20 of them running over 50,000 events a second. Prints the
// busy shares of the extension host and of the page, and how long an event takes to the pixel. Writes its own runbook.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import { launch, lens, openRunbook, report, trust } from './start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const SECONDS = Number(process.env.SECONDS_MEASURED ?? 15);
const folder = runbook.slice(0, runbook.lastIndexOf('/'));
writeFileSync(`${folder}/headwater.toml`, '[sources.spans]\nuri = "demo:shop?rate=50000"\n');
const stages = [
  'where kind == "server" | project timestamp, service.name, duration | tail 20',
  'where kind == "server" | summarize requests = count() by cloud.region, bin(timestamp, 1s) | render timechart',
  'where duration > 250ms | summarize p99 = percentile(duration, 99) by service.name, bin(timestamp, 5s) | render timechart',
  'summarize n = count() by service.name | top 5 by n | render barchart',
];
const block = (index) => `## Step ${index}\n\n\`\`\`headwater name=step-${index}\nspans\n| ${stages[index % 4].replaceAll(' | ', '\n| ')}\n\`\`\`\n\n`;
writeFileSync(runbook, `# Fluid\n\n${Array.from({ length: 200 }, (_, index) => block(index)).join('')}`);

const { browser, page } = await launch({ width: 1640, height: 1000 });

/** Seconds of processor time. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
const newest = (command, parent) =>
  Number(execFileSync('pgrep', ['-n', ...(parent ? ['-P', String(parent)] : []), '-f', command]).toString().trim());

/** In the panel's page: each time that the first card shows something newer, when it happened and came by where. */
function follow(seconds) {
  const newestOf = (texts) => texts.filter((text) => /^\d\d:\d\d:\d\d\.\d{3}$/.test(text)).sort().at(-1);
  const happened = (text, now) => {
    const [hours, minutes, rest] = text.split(':');
    return new Date(now).setHours(Number(hours), Number(minutes), 0, 0) + Number(rest) * 1000;
  };
  const updates = [];
  let told;
  let shown;
  window.addEventListener('message', ({ data }) => {
    const first = data.kind === 'results' && data.results.find(({ block }) => block === 'step-0');
    if (!first) {
      return;
    }
    told = { said: Date.parse(first.at), heard: Date.now() };
    // Behind the board's own drawing in the frame, and then behind the frame.
    requestAnimationFrame(() => {
      const newest = newestOf([...document.querySelectorAll('.hw-card:first-child [role=gridcell]')].map((cell) => cell.textContent));
      if (newest === undefined || newest === shown) {
        return;
      }
      shown = newest;
      const { port1, port2 } = new MessageChannel();
      const update = { ...told, event: happened(newest, told.said) };
      port1.onmessage = () => updates.push({ ...update, pixel: Date.now() });
      port2.postMessage(null);
    });
  });
  return new Promise((resolve) => setTimeout(() => resolve(updates), seconds * 1000));
}

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await page.getByRole('button', { name: 'Show Results' }).first().click();
  const panel = page.frameLocator('iframe.webview').frameLocator('iframe');
  await panel.locator('.hw-card').nth(199).waitFor({ state: 'attached' });
  ok('200 blocks have their cards');

  for (let index = 0; index < 20; index += 1) {
    const card = panel.locator('.hw-card').nth(index);
    await card.getByRole('button', { name: /^Run/ }).click();
  }
  await page.waitForFunction(() => /20 running/.test(document.querySelector('.statusbar')?.textContent ?? ''));
  await panel.locator('.hw-card').first().scrollIntoViewIfNeeded();
  await panel.locator('.hw-card').first().locator('[role=row]').nth(5).waitFor();
  ok('20 of them run');

  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const measured = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const host = newest('type=extensionHost');
  const language = newest(' lsp$', host);
  const frame = page.frames().find((frame) => frame.name() === 'active-frame' || /fake\.html/.test(frame.url()));
  const before = { page: await measured(), host: cpu(host), server: cpu(language), at: performance.now() };
  const updates = await frame.evaluate(follow, SECONDS);
  const seconds = (performance.now() - before.at) / 1000;
  const after = await measured();
  const share = (now, then) => `${(((now - then) / seconds) * 100).toFixed(1)} %`;
  console.log(`     extension host busy ${share(cpu(host), before.host)}, page busy ${share(after.TaskDuration, before.page.TaskDuration)} (on the processor ${share(after.ThreadTime, before.page.ThreadTime)}), language server ${share(cpu(language), before.server)}`);
  const say = (of) => {
    const sorted = updates.map(of).sort((a, b) => a - b);
    const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
    return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
  };
  console.log(`     event to pixel: ${say(({ event, pixel }) => pixel - event)}, of ${updates.length} updates in ${seconds.toFixed(0)} s`);
  console.log(`       event to the server's word: ${say(({ event, said }) => said - event)}`);
  console.log(`       from there to the page:     ${say(({ said, heard }) => heard - said)}`);
  console.log(`       from there to the pixel:    ${say(({ heard, pixel }) => pixel - heard)}`);

  const typed = performance.now();
  await page.locator('.view-line', { hasText: 'Fluid' }).first().click();
  await page.keyboard.press('End');
  await page.keyboard.type(' still');
  await page.locator('.view-line', { hasText: 'Fluid still' }).first().waitFor();
  console.log(`     a click and six letters: ${(performance.now() - typed).toFixed(0)} ms`);
  ok('and the text can be edited meanwhile');
  await page.screenshot({ path: picture });
});
