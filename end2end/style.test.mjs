// What the style sheets and the pages promise each other, read from the sources. Needs no browser and no package.
// node --test end2end/style.test.mjs
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const under = (folder, ending) =>
  readdirSync(new URL(folder, root), { recursive: true }).filter((name) => name.endsWith(ending)).map((name) => `${folder}${name}`);

const sheets = under('style/', '.css');
const entries = ['style/app.css', 'style/public.css'];
const pages = under('app/src/', '.rs').map(read).join('\n');
// The editor draws what floats over its text, and the text itself, as the server does for reading.
const editor = under('app/editor/', '.ts').filter((path) => !path.includes('/test/')).map(read).join('\n');
const rendered = under('app/domain/src/document/html/', '.rs').map(read).join('\n');

test('a sheet names nothing but our own fonts: no data: address, nothing from elsewhere', () => {
  for (const path of sheets) {
    for (const [, address] of read(path).matchAll(/url\(([^)]*)\)/g)) {
      assert.match(address, /^"\/fonts\/[\w-]+\.woff2"$/, path);
    }
  }
});

test('every font a sheet names is there, and every font there is named', () => {
  const named = new Set(sheets.flatMap((path) => [...read(path).matchAll(/\/fonts\/([\w-]+\.woff2)/g)].map(([, name]) => name)));
  assert.deepEqual([...named].sort(), readdirSync(new URL('public/fonts/', root)).sort());
});

test('every sheet is imported, into a layer', () => {
  const imported = new Set();
  for (const entry of entries) {
    for (const [, path, layer] of read(entry).matchAll(/@import "([^"]+)"( layer\(\w+\))?;/g)) {
      imported.add(`style/${path}`);
      assert.ok(layer || path.startsWith('fonts/'), `${entry}: ${path} has no layer`);
    }
  }
  assert.deepEqual(sheets.filter((path) => !entries.includes(path)).sort(), [...imported].sort());
});

test('no sheet is longer than 300 lines', () => {
  for (const path of sheets) assert.ok(read(path).split('\n').length <= 300, path);
});

test('no page carries a style or a script of its own', () => {
  const own = /\s(?:style(?::[\w-]+)?|on[a-z]+)=|javascript:/;
  const inline = pages.split('\n').filter((line) => own.test(line) && !line.includes('contains('));
  assert.deepEqual(inline, []);
});

test('no colour stands outside the tokens, but for what is the same in both themes', () => {
  // The band on the landing page is dark in both themes; paper is white; a toast's own hover is a veil over either.
  const fixed = new Set(['style/pages/landing.css', 'style/pages/indenture.css', 'style/print.css', 'style/parts/toast.css']);
  for (const path of sheets.filter((path) => !path.startsWith('style/tokens/') && !fixed.has(path))) {
    assert.doesNotMatch(read(path), /#[0-9a-f]{3,8}\b/i, path);
  }
});

const symbols = (sprite) => [...read(sprite).matchAll(/<symbol id="i-([\w-]+)"/g)].map(([, name]) => name);

test('every icon a page names is in a sprite, and the sprites have no other', () => {
  const sprites = new Set([...symbols('public/icons.svg'), ...symbols('public/icons-public.svg')]);
  const named = [...pages.matchAll(/(?:<Icon name|\bicon|\bfilled)="([\w-]+)"/g), ...editor.matchAll(/\bicon: "([\w-]+)"/g)].map(([, name]) => name);
  assert.deepEqual(named.filter((name) => !sprites.has(name)), [], 'missing');
  assert.deepEqual([...sprites].filter((name) => !(pages + editor).includes(`"${name}"`)), [], 'in no page');
});

test('no rule stands for a class that no page has', () => {
  const sources = pages + editor + rendered + under('server/src/', '.rs').map(read).join('\n');
  // The tint of a person, drawn from their id; values put behind a class's name; what ProseMirror and its tables set.
  const madeUp = /^(?:(?:av|caret|sel)-p[1-6]|(?:al|hl|ol|callout|lv)-?\w+|ProseMirror(?:-\w+)?|selectedCell)$/;
  for (const path of sheets) {
    const selectors = read(path)
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\{[^{}]*\}/g, '{}')
      .replace(/"[^"]*"/g, '');
    const classes = new Set([...selectors.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name]) => name));
    const unused = [...classes].filter((name) => !madeUp.test(name) && !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(sources));
    assert.deepEqual(unused, [], path);
  }
});
