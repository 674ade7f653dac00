// Bundles the components for pages without a bundler of their own: dist/components.js (a module that exports
// Board and Card) and dist/components.css.
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
