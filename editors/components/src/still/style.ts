// The looks of a page that is kept: light or dark as its reader's system is.

export const LIGHT = ['#1f6fd0', '#2e8540', '#b3540a', '#c3264b', '#7a4fc0', '#0b7d86', '#8a6a00', '#b0309a', '#4f6b1f', '#5b6577', '#a03a1c', '#2a4fa8'];
export const DARK = ['#5aa9ff', '#5fc779', '#f0a04b', '#ff7a93', '#b79bff', '#4fc8d2', '#d9c04a', '#ef83da', '#a5c95c', '#a3afc2', '#ff9b78', '#8fb0ff'];

const colors = (of: string[]) =>
  of.map((color, index) => `.line.s${index + 1},.hollow.s${index + 1}{stroke:${color}}.full.s${index + 1}{fill:${color}}i.s${index + 1},.bar.s${index + 1}{background:${color};fill:${color}}`).join('');

export const STYLE = `
:root{color-scheme:light dark;--text:#1d2430;--muted:#5b6577;--ground:#fff;--grid:#e2e6ec;--open:#1f6fd014;--heat:#1f6fd0;--error:#b3261e;--warning:#8a5a00}
${colors(LIGHT)}
@media (prefers-color-scheme:dark){:root{--text:#dde3ec;--muted:#9aa5b5;--ground:#14181f;--grid:#2b323d;--open:#5aa9ff1c;--heat:#5aa9ff;--error:#ff8a80;--warning:#e6b450}
${colors(DARK)}}
body{margin:24px auto;max-width:920px;padding:0 20px;background:var(--ground);color:var(--text);font:14px/1.5 system-ui,sans-serif}
h1{font-size:1.5em;margin:0}h2{font-size:1.1em;margin:28px 0 2px}
.when,.summary,.legend,svg text{color:var(--muted);fill:var(--muted)}.summary{margin:0 0 8px}
svg{width:100%;height:auto;font-size:11px}
.grid{stroke:var(--grid)}rect.open{fill:var(--open)}
.line{fill:none;stroke-width:1.75;stroke-linejoin:round}.dashed{stroke-dasharray:5 4}.hollow{fill:var(--ground);stroke-width:1.75}
.legend,.params,.notices{list-style:none;margin:4px 0;padding:0;display:flex;flex-wrap:wrap;gap:2px 16px}
.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.notices{display:block}.error{color:var(--error)}.warning{color:var(--warning)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font:12px/1.5 ui-monospace,monospace}
th,td{text-align:left;padding:1px 14px 1px 0;white-space:pre;unicode-bidi:isolate}th{color:var(--muted);border-bottom:1px solid var(--grid)}.number{text-align:right}
tr.open{font-style:italic;color:var(--muted)}pre{font:12px/1.3 ui-monospace,monospace;overflow-x:auto}details{color:var(--muted)}
@media print{body{max-width:none}.scroll{overflow:visible}}
`;
