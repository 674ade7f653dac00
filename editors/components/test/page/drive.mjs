// Uses a board as a person would, by mouse and by keys alone, under a strict policy.
// usage: node test/page/drive.mjs

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { BLOCKS, FIGURES, URI, log, results, runbook, series, table } from '../fixtures.ts';
import { HOSTILE, HOSTILE_RUNBOOK } from '../hostile.ts';
import { drawn, fill, start } from './start.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await start();
let [passed, failed] = [0, 0];

/** One page a case, of what it is sent; afterwards nothing has broken the policy. */
async function on(what, blocks, steps, settings = {}, of = runbook(blocks)) {
  const page = await browser.open(settings);
  try {
    await fill(page, of, blocks);
    await steps(page);
    assert.deepEqual(await page.evaluate(() => window.violations ?? []), []);
    passed += 1;
    console.log(`ok   ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${what}: ${error.stack}`);
    await page.screenshot({ path: `${process.env.PICTURES ?? '.'}/failed.png` }).catch(() => undefined);
  } finally {
    await page.close();
  }
}

const asked = (page) => page.evaluate(() => window.asked.splice(0));
const copied = (page) => page.evaluate(() => window.copied.splice(0));
const card = (page, title) => page.getByRole('region', { name: new RegExp(`^${title.replaceAll('?', '\\?')} · [a-z-]+$`) });
const [CHART] = BLOCKS;
const TABLE = results({ block: 'slowest', title: 'Who is hit?', table: table() });

await on('cards stand in the order of the runbook, with heading and state', BLOCKS.toReversed(), async (page) => {
  // Cards that are far from the screen have no text that is drawn.
  const titles = await page.locator('.hw-title').allTextContents();
  assert.deepEqual(titles, [...BLOCKS.map(({ title, block }) => `${title} · ${block}`), 'Not run yet · later']);
  assert.equal(await card(page, 'Broken').locator('.hw-state').textContent(), 'failed');
  assert.equal(await card(page, 'By route').locator('.hw-state').textContent(), 'running · edited since');
  assert.equal(await card(page, 'Not run yet').locator('.hw-state').textContent(), 'not run yet');
  assert.equal(await page.locator('.hw-count').textContent(), '10 of 13 running');
}, {}, runbook(BLOCKS));

await on('a block that goes from the runbook goes from the board, and its late results with it', BLOCKS, async (page) => {
  await fill(page, runbook(BLOCKS.slice(0, 2)), BLOCKS);
  assert.equal(await page.locator('.hw-card').count(), 3);
});

await on('blocks under one heading are told apart by their names', [], async (page) => {
  assert.deepEqual(await page.locator('.hw-title').allInnerTexts(), ['Who? · a', 'Who? · b', 'Who?', 'Not run yet · later']);
}, {}, runbook(['a', 'b', '3'].map((block) => results({ block, title: 'Who?' }))));

await on('before the runbook is known, cards stand in the order of the text', [], async (page) => {
  await page.evaluate((blocks) => {
    window.board.dispose();
    window.begin();
    blocks.forEach((of) => window.results(of));
  }, ['c', 'a', 'b'].map((block) => results({ block, title: block, range: { start: { line: block.charCodeAt(0), character: 0 }, end: { line: 200, character: 3 } } })));
  await drawn(page);
  assert.deepEqual(await page.locator('.hw-title').allInnerTexts(), ['a · a', 'b · b', 'c · c']);
});

await on('buttons ask for their block, and a refusal is shown there', [TABLE], async (page) => {
  const one = card(page, 'Who is hit?');
  for (const [name, command] of [['Stop', 'stopBlock'], ['Pin', 'pin'], ['Explain', 'explainBlock']]) {
    await one.getByRole('button', { name, exact: true }).click();
    assert.deepEqual(await asked(page), [{ command: `headwater.${command}`, args: { uri: URI, block: 'slowest' } }]);
  }
  await page.evaluate(() => (window.refuse = 'the file cannot be written'));
  await one.getByRole('button', { name: 'Pin' }).click();
  await one.getByRole('alert').getByText('the file cannot be written').waitFor();
  await one.getByRole('button', { name: 'Pin' }).click();
  await one.getByRole('alert').waitFor({ state: 'hidden' });
  await asked(page);
  await one.getByRole('button', { name: 'More' }).click();
  await page.keyboard.press('Enter');
  await one.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Run this block and those below' }).click();
  assert.deepEqual((await asked(page)).map(({ command }) => command), ['headwater.runAbove', 'headwater.runBelow']);
  await card(page, 'Not run yet').getByRole('button', { name: 'Run', exact: true }).click();
  assert.equal((await asked(page)).at(-1).args.block, 'later');
});

await on('all blocks are run, stopped and made live from above', [TABLE], async (page) => {
  await page.getByRole('button', { name: 'Run all' }).click();
  await page.getByRole('button', { name: 'Stop all' }).click();
  await page.getByRole('switch', { name: 'Live' }).click();
  assert.deepEqual(await asked(page), [
    { command: 'headwater.runAll', args: { uri: URI } },
    { command: 'headwater.stopAll', args: { uri: URI } },
    { command: 'headwater.setLive', args: { uri: URI, live: false } },
  ]);
});

await on('parameters are a form: a choice, a switch, texts that the server judges, and a way back', [], async (page) => {
  const service = page.getByRole('combobox', { name: 'service' });
  await service.selectOption('cart');
  await service.selectOption('another value…');
  const other = page.getByRole('textbox', { name: 'service: another value' });
  await other.fill('search');
  await other.press('Enter');
  await other.press('Escape');
  assert.ok(await service.isVisible());
  await page.getByRole('checkbox', { name: 'failed_only' }).uncheck();
  await page.getByRole('button', { name: 'service: Back to checkout' }).click();
  const slow = page.getByRole('textbox', { name: 'slow' });
  await page.evaluate(() => (window.refuse = '`soon` is no timespan: 250ms, 1s, 5m'));
  await slow.fill('soon');
  await slow.press('Enter');
  await page.getByText('`soon` is no timespan').waitFor();
  assert.equal(await slow.getAttribute('aria-invalid'), 'true');
  await page.evaluate((of) => window.runbook(of), runbook([]));
  assert.equal(await slow.inputValue(), 'soon', 'what is being corrected is not taken away');
  await slow.press('Escape');
  assert.equal(await slow.inputValue(), '1s');
  assert.deepEqual((await asked(page)).map(({ args }) => [args.field, args.value]), [['service', 'cart'], ['service', 'search'], ['failed_only', 'false'], ['service', null], ['slow', 'soon']]);
}, {}, runbook([]));

await on('a table holds only the rows that are seen, and keys reach all of them', [TABLE], async (page) => {
  const grid = page.getByRole('grid');
  assert.equal(await grid.getAttribute('aria-rowcount'), '401');
  assert.ok((await grid.getByRole('row').count()) < 60);
  await grid.focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Home');
  assert.equal(await page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).textContent), '14:09:39.120');
  assert.equal(await page.locator('.hw-row[data-open]').count(), 2);
  assert.equal(await page.locator('.hw-row[data-open] [aria-description="may still change"]').count(), 2);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('.hw-active').innerText(), 'c-1000');
});

await on('a value has a menu, by mouse and by keys, that filters, follows and copies', [TABLE], async (page) => {
  const grid = page.getByRole('grid');
  await grid.getByText('c-1037', { exact: true }).first().click();
  await page.getByRole('menuitem', { name: 'Follow c-1037 through the runbook' }).click();
  await grid.focus();
  for (const key of ['Control+Home', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter', 'Enter']) {
    await page.keyboard.press(key);
  }
  assert.equal(await page.getByRole('menu').count(), 0);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'grid', 'Escape gives the focus back');
  assert.deepEqual(await asked(page), [
    { command: 'headwater.follow', args: { uri: URI, block: 'slowest', field: 'customer.id', value: 'c-1037' } },
    { command: 'headwater.filter', args: { uri: URI, block: 'slowest', field: 'requests', value: '8,819' } },
  ]);
  assert.deepEqual(await copied(page), ['8,819']);
});

await on('a menu stays while rows come in, and goes when its place is scrolled away', [TABLE], async (page) => {
  await page.locator('.hw-body .hw-row').nth(4).locator('.hw-cell').nth(1).click();
  await page.evaluate((of) => window.results(of), { ...TABLE, table: table(420) });
  await drawn(page);
  assert.equal(await page.getByRole('menu').count(), 1);
  await page.locator('.hw-scroll').evaluate((scroll) => (scroll.scrollTop = 90));
  await page.getByRole('menu').waitFor({ state: 'detached' });
});

await on('a card that stands alone shows, sorts, and asks for nothing', [], async (page) => {
  await page.evaluate((of) => (window.board.dispose(), window.alone(of)), TABLE);
  await drawn(page);
  assert.equal(await page.getByRole('button').count(), 0);
  await page.getByRole('columnheader', { name: 'requests' }).click();
  await page.locator('.hw-body .hw-cell').first().click();
  assert.equal(await page.getByRole('menu').count(), 0);
  assert.notEqual(await page.locator('.hw-card').evaluate((card) => getComputedStyle(card).getPropertyValue('--hw-text')), '', 'it has colours of its own');
  assert.equal(await page.locator('.hw-card').getAttribute('data-theme'), 'light');
});

await on('a head sorts, and copies are in that order', [TABLE], async (page) => {
  const head = page.getByRole('columnheader', { name: 'requests' });
  await head.click();
  await head.click();
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  const top = await page.locator('.hw-body .hw-row').first().locator('.hw-cell').nth(4).innerText();
  await page.getByRole('button', { name: 'Copy as CSV' }).click();
  const [csv] = await copied(page);
  assert.equal(csv.split('\r\n')[1].split(',')[4], top.replaceAll(',', ''));
  assert.equal(csv.split('\r\n').length, 402);
});

await on('new rows come into a table without moving what is looked at', [TABLE], async (page) => {
  await page.locator('.hw-scroll').evaluate((scroll) => (scroll.scrollTop = 2_000));
  await drawn(page);
  const before = await page.locator('.hw-body .hw-row').first().getAttribute('data-row');
  await page.evaluate((of) => window.results(of), { ...TABLE, table: table(420) });
  await drawn(page);
  assert.equal(await page.locator('.hw-body .hw-row').first().getAttribute('data-row'), before);
});

await on('rows stand still while they are aimed at, and then catch up', [TABLE], async (page) => {
  const cell = page.locator('.hw-body .hw-row').first().locator('.hw-cell').nth(4);
  const value = await cell.innerText();
  await cell.hover();
  const others = table();
  await page.evaluate((of) => window.results(of), { ...TABLE, table: { ...others, rows: others.rows.toReversed() } });
  await drawn(page);
  assert.equal(await cell.innerText(), value);
  await cell.filter({ hasNotText: value }).waitFor();
});

await on('a chart says its values in words, at the cursor, and by keys', [CHART], async (page) => {
  const chart = page.getByRole('img', { name: /^Time chart of 3 lines/ });
  await chart.hover({ position: { x: 400, y: 90 } });
  assert.match(await page.locator('.hw-tooltip').innerText(), /^1 Mar( \d{4})?, 14:04:10\nap-southeast-2\n248 ms\neu-west-1\n242 ms\n/);
  await page.mouse.move(5, 5);
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  const spoken = page.locator('.hw-card .hw-spoken').first();
  assert.match(await spoken.innerText(), /^1 Mar( \d{4})?, 14:05:10 · still open, eu-west-1 1\.\d\d s, /);
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('.hw-tooltip').isHidden());
});

await on('dragging zooms, double clicking shows all, and so do keys; new data leaves the zoom', [CHART], async (page) => {
  const over = page.locator('.u-over');
  const box = await over.boundingBox();
  const drag = async () => {
    await page.mouse.move(box.x + 100, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 60, { steps: 4 });
    await page.mouse.up();
  };
  await drag();
  const back = page.getByRole('button', { name: 'Show all' });
  await back.waitFor();
  await page.evaluate((of) => window.results(of), { ...CHART, series: series(3, 25) });
  await drawn(page);
  assert.ok(await back.isVisible());
  await page.mouse.dblclick(box.x + 200, box.y + 50);
  await back.waitFor({ state: 'hidden' });
  await page.locator('.hw-chart').focus();
  await page.keyboard.press('+');
  await back.waitFor();
  await page.keyboard.press('0');
  await back.waitFor({ state: 'hidden' });
});

await on('a line of the legend hides its line, with Shift all others', [CHART], async (page) => {
  const line = (name) => page.getByRole('button', { name: new RegExp(`^${name}`) });
  const pressed = () => page.locator('.hw-line').evaluateAll((lines) => lines.map((one) => one.getAttribute('aria-pressed')));
  await line('us-east-1').click();
  assert.deepEqual(await pressed(), ['true', 'false', 'true']);
  await line('us-east-1').click({ modifiers: ['Shift'] });
  assert.deepEqual(await pressed(), ['false', 'true', 'false']);
  await line('us-east-1').click({ modifiers: ['Shift'] });
  assert.deepEqual(await pressed(), ['true', 'true', 'true']);
});

await on('a picture is paused and goes on, and rows are looked at behind it', [CHART], async (page) => {
  const one = card(page, 'Is it one region?');
  await one.getByRole('button', { name: 'Pause' }).click();
  await page.evaluate((of) => window.results(of), { ...CHART, series: series(3, 60), summary: 'later' });
  await drawn(page);
  const words = () => one.locator('.hw-chart').getAttribute('aria-label');
  assert.match(await words(), /to 14:05:15/);
  assert.equal(await one.locator('.hw-summary').innerText(), 'later', 'what is said goes on');
  await one.getByRole('button', { name: 'Go on' }).click();
  assert.match(await words(), /to 14:08:15/);
  await one.getByRole('button', { name: 'Rows' }).click();
  await one.getByRole('grid').waitFor();
  await one.getByRole('button', { name: 'Picture' }).click();
  await one.locator('canvas').waitFor();
});

const LOG = BLOCKS.find(({ block }) => block === 'said');

await on('a log begins at its end, is searched, and opened to all fields of a row', [LOG], async (page) => {
  const grid = page.getByRole('treegrid');
  await grid.getByText('for c-1299', { exact: false }).waitFor();
  await page.getByRole('searchbox').fill('EXHAUSTED for c-1015');
  assert.equal(await page.locator('.hw-foot .hw-note').innerText(), '1 of 300 lines');
  assert.equal(await grid.locator('mark').innerText(), 'exhausted for c-1015');
  assert.equal(await grid.locator('.hw-log-entry').getAttribute('data-level'), 'fatal');
  await grid.focus();
  await page.keyboard.press('Enter');
  assert.equal(await grid.getByRole('row').getAttribute('aria-expanded'), 'true');
  await grid.getByRole('button', { name: 'payment', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Only payment' }).click();
  assert.deepEqual(await asked(page), [{ command: 'headwater.filter', args: { uri: URI, block: 'said', field: 'service.name', value: 'payment' } }]);
});

await on('what may still change is hollow, and said', BLOCKS, async (page) => {
  const border = (name, at) => card(page, name).locator(at).evaluate((element) => getComputedStyle(element).borderTopStyle);
  assert.equal(await border('By region', '[data-open] > .hw-column >> nth=0'), 'dashed');
  assert.equal(await border('By route', '[data-open] .hw-fill >> nth=0'), 'dashed');
  assert.match(await page.getByRole('img', { name: /^Heatmap/ }).getAttribute('aria-label'), /The last columns may still change/);
}, { viewport: { width: 900, height: 4_000 } });

await on('a result is copied as a picture, with all that is seen of it', BLOCKS, async (page) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  for (const [name, tall] of [['By region', 300], ['By route', 200], ['Is it one region?', 400]]) {
    await card(page, name).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy as a picture' }).click();
    await card(page, name).getByText('picture copied').waitFor();
    const { width, height, colours, base64 } = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const blob = await item.getType('image/png');
      const bitmap = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return { width: bitmap.width, height: bitmap.height, colours: new Set(pixels).size, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) };
    });
    if (process.env.PICTURES) {
      writeFileSync(`${process.env.PICTURES}/copied-${name.replaceAll(' ', '-').toLowerCase()}.png`, Buffer.from(base64, 'base64'));
    }
    assert.equal(width, 1840);
    assert.ok(height > tall && height < 4_000, `as tall as what is in it: ${height}`);
    assert.ok(colours > 20, `something is drawn: ${colours} colours`);
  }
});

await on('where the clipboard takes no picture it is said', BLOCKS, async (page) => {
  await page.context().clearPermissions();
  await page.evaluate(() => (navigator.clipboard.write = () => Promise.reject(new Error('Write permission denied.'))));
  await card(page, 'By region').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Copy as a picture' }).click();
  await card(page, 'By region').getByText('Write permission denied').waitFor();
});

await on('the state that is exported is a page without scripts, with every picture', BLOCKS, async (page) => {
  await page.getByRole('button', { name: 'Export' }).click();
  const [{ name, text }] = await page.evaluate(() => window.saved);
  assert.equal(name, 'checkout-latency-by-region.html');
  assert.doesNotMatch(text, /<script|javascript:|\son\w+=|https?:\/\/(?!www\.w3\.org)/i);
  await card(page, 'By region').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Save this result as a page' }).click();
  const alone = await page.evaluate(() => window.saved[1]);
  assert.equal(alone.name, 'by-region.html');
  assert.equal(alone.text.match(/<section>/g).length, 1);
  // Under its own policy, not under this server's.
  await page.goto('about:blank');
  await page.setContent(text);
  assert.equal(await page.locator('section').count(), BLOCKS.length);
  assert.equal(await page.locator('svg[role=img], .bars, .figures, .scroll table').count(), BLOCKS.length - 1);
  const stroke = await page.locator('.line.s1').first().evaluate((line) => getComputedStyle(line).stroke);
  assert.equal(stroke, 'rgb(28, 80, 167)', 'its style is allowed by its policy');
  if (process.env.PICTURES) {
    await page.screenshot({ path: `${process.env.PICTURES}/export.png`, fullPage: true });
  }
});

await on('where rows are missing, charts, heatmaps, tables and logs say it in their place', BLOCKS, async (page) => {
  const one = card(page, 'How often, and how slow?');
  await one.scrollIntoViewIfNeeded();
  await one.locator('.uplot').nth(1).waitFor();
  const over = one.locator('.u-over').first();
  const { width, height } = await over.boundingBox();
  await over.hover({ position: { x: (width * 13) / 39, y: height / 2 } });
  await one.locator('.hw-tooltip', { hasText: 'rows are missing here' }).waitFor();
  await one.getByText('412 rows never came here').waitFor();
  await one.getByText('is not drawn any more').waitFor();
  const grid = card(page, 'Who is hit?');
  await grid.scrollIntoViewIfNeeded();
  await grid.locator('.hw-row[data-missing]', { hasText: '12 rows are missing here' }).waitFor();
  const said = card(page, 'What do the logs say?');
  await said.scrollIntoViewIfNeeded();
  await said.locator('.hw-log-missing', { hasText: '40 rows are missing here' }).waitFor();
});

await on('a log stands still while one of its lines is read, and goes on', [results({ block: 'said', title: 'Log', shape: 'log', ...log(50) })], async (page) => {
  await page.locator('.hw-log-row').last().click();
  await page.locator('.hw-log-fields').waitFor();
  const read = await page.locator('.hw-log-entry:has(.hw-log-fields) .hw-log-message').innerText();
  // All of its lines are others by now.
  const next = log(400);
  next.table.rows = next.table.rows.slice(-50);
  next.table.total = 400;
  await page.evaluate((of) => window.results(of), results({ block: 'said', title: 'Log', shape: 'log', ...next }));
  await page.mouse.move(5, 5);
  await page.getByText('paused · 350 new lines').waitFor();
  assert.equal(await page.locator('.hw-log-entry:has(.hw-log-fields) .hw-log-message').innerText(), read);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.locator('.hw-log-fields').waitFor({ state: 'detached' });
  await page.locator('.hw-log-message', { hasText: next.table.rows.at(-1)[2] }).waitFor();
});

await on('charts show the part of the past that is chosen, in the zone that is chosen', [results({ series: series(3, 60), shape: 'chart' })], async (page) => {
  await page.getByRole('combobox', { name: 'Time that charts show' }).selectOption('last minute');
  await page.locator('.hw-chart').focus();
  // From the newest back to the first that is shown: a minute of windows of five seconds.
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.locator('.hw-tooltip', { hasText: '14:07:15' }).waitFor();
  await page.getByRole('combobox', { name: 'Time that charts show' }).selectOption('all of the time');
  await page.locator('.hw-chart').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.locator('.hw-tooltip', { hasText: '14:03:20' }).waitFor();
  await page.evaluate((of) => window.runbook(of), { ...runbook([]), zone: 'Asia/Kolkata', blocks: runbook([results()]).blocks });
  await page.locator('.hw-chart').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.locator('.hw-tooltip', { hasText: '19:33:20' }).waitFor();
  await page.getByRole('combobox', { name: 'Times in' }).selectOption('UTC');
  assert.deepEqual((await asked(page)).at(-1), { command: 'headwater.setZone', args: { uri: URI, zone: 'UTC' } });
});

await on('a block that is silent while it runs says for how long', [results({ series: series(), shape: 'chart' })], async (page) => {
  await page.getByText(/last word \d+ s ago/).waitFor();
  await page.evaluate((of) => window.results(of), results({ series: series(), shape: 'chart' }));
  await page.getByText(/last word \d+ s ago/).waitFor({ state: 'hidden' });
});

await on('hostile data is shown as text, cut with a mark, and breaks nothing', HOSTILE, async (page) => {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: 900, height: height + 3_000 });
  await drawn(page);
  await page.getByRole('button', { name: 'Export' }).click();
  const seen = await page.evaluate(() => ({
    hacked: window.hacked,
    foreign: document.querySelectorAll('img, iframe, script:not([src]), .hw [onerror], .hw a').length,
    acting: /[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/u.exec(document.querySelector('.hw-board').textContent.replaceAll('\n', '').replaceAll('\t', ''))?.[0],
    longest: Math.max(...[...document.querySelectorAll('.hw-board *')].flatMap((element) => [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.length))),
    wide: document.documentElement.scrollWidth,
    cells: document.querySelectorAll('.hw-cell').length,
    cards: document.querySelectorAll('.hw-card').length,
    kept: window.saved[0].text,
  }));
  assert.equal(seen.hacked, undefined);
  assert.equal(seen.foreign, 0);
  assert.equal(seen.acting, undefined);
  assert.ok(seen.longest <= 20_001, `the longest text has ${seen.longest} characters`);
  assert.ok(seen.wide <= 900, `the page is ${seen.wide} wide`);
  assert.ok(seen.cells < 10_000, `${seen.cells} cells`);
  assert.equal(seen.cards, HOSTILE.length + 1);
  assert.doesNotMatch(seen.kept, /<script|<img/i);
  assert.ok(seen.kept.length < 8 << 20, `${seen.kept.length} characters are kept`);
  await page.getByText('436 more columns').first().waitFor();
  await page.goto('about:blank');
  await page.setContent(seen.kept);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
}, {}, HOSTILE_RUNBOOK);

await on('of 200 blocks only those that are seen are drawn, however many run', [], async (page) => {
  const blocks = Array.from({ length: 200 }, (_, at) => results({ block: `b${at}`, title: `Block ${at}`, series: series(3, 60), state: at < 20 ? 'running' : 'finished' }));
  await fill(page, runbook(blocks), blocks);
  // As the server sends them: ten times a second.
  const metrics = await page.context().newCDPSession(page);
  await metrics.send('Performance.enable');
  const spent = async () => (await metrics.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const before = await spent();
  const seconds = await page.evaluate(async (blocks) => {
    const began = performance.now();
    for (let turn = 0; turn < 30; turn += 1) {
      blocks.slice(0, 20).forEach((of) => window.results({ ...of, summary: `turn ${turn}` }));
      const next = began + (turn + 1) * 100;
      await new Promise((done) => setTimeout(done, Math.max(0, next - performance.now())));
    }
    return (performance.now() - began) / 1_000;
  }, blocks);
  const busy = ((await spent()) - before) / seconds;
  const plots = await page.locator('.uplot').count();
  assert.ok(plots >= 1 && plots < 40, `${plots} charts`);
  assert.equal(await page.locator('.hw-card').count(), 201);
  console.log(`     20 running of 200, ten times a second: the page is busy for ${(busy * 100).toFixed(0)} % of the time`);
});

for (const [name, settings] of [['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }], ['high contrast', { colorScheme: 'dark', contrast: 'more' }]]) {
  await on(`nothing is found by axe: names, roles, contrast (${name})`, BLOCKS, async (page) => {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run(document.body, { resultTypes: ['violations'] }));
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join(' | ')}`), []);
  }, { ...settings, viewport: { width: 900, height: 4_000 } });
}

await on('a card is marked where the cursor is', BLOCKS, async (page) => {
  await page.evaluate(() => window.board.focus('by-payment'));
  assert.equal(await page.locator('.hw-current .hw-title').innerText(), 'How do they pay? · by-payment');
  assert.ok(await card(page, 'How do they pay?').evaluate((element) => element.getBoundingClientRect().bottom <= window.innerHeight + 1));
});

await on('nothing moves by itself, whoever looks', BLOCKS, async (page) => {
  const moving = await page.evaluate(() => document.getAnimations().length);
  assert.equal(moving, 0);
});

await browser.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
