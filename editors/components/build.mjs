// Bundles the components for pages without a bundler of their own: dist/components.js (a module that exports
// Board and Card) and dist/components.css; and the page of `headwater view`, which the program holds, so that
// building the program needs no Node.
import { build } from 'esbuild';

await build({
  bundle: true,
  minify: true,
  legalComments: 'none',
  entryPoints: [
    { in: 'src/index.ts', out: 'components' },
    { in: 'style/components.css', out: 'components' },
  ],
  outdir: 'dist',
  platform: 'browser',
  format: 'esm',
  target: 'chrome120',
});
await build({
  bundle: true,
  minify: true,
  legalComments: 'none',
  entryPoints: [
    { in: 'view/main.ts', out: 'view' },
    { in: 'view/view.css', out: 'view' },
  ],
  banner: { js: '/* Made from editors/components by build.mjs. Holds uPlot, (c) Leon Sorokin, MIT license. */' },
  outdir: '../../lsp/src/view/assets',
  platform: 'browser',
  format: 'esm',
  target: 'chrome120',
});
