// Holds the colour tokens to WCAG 2.2 contrast, light and dark. Reads style/tokens; needs no browser and no package.
// node --test end2end/contrast.test.mjs
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const folder = new URL('../style/tokens/', import.meta.url);
const sheet = readdirSync(folder).filter((name) => name.endsWith('.css')).map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');

const tokens = {};
for (const [, name, light, dark] of sheet.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/gi)) {
  assert.ok(!tokens[name], `--${name} is declared twice`);
  tokens[name] = { light, dark };
}

/** Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, "relative luminance"). */
const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** Contrast of two colours, 1 to 21. */
const ratio = (one, other) => {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

const AAA = 7;
const AA = 4.5;
const UI = 3;
const on = (grounds, ink, least) => grounds.map((ground) => [ink, ground, least]);
const hues = ['seal', 'pencil', 'lamp', 'rubric'];

/** Foreground, background, least ratio. */
const pairs = [
  ...on(['paper', 'desk', 'sunk', 'wash', 'raised'], 'ink', AAA),
  ...on(['paper', 'desk', 'wash', 'raised'], 'ink-2', AAA),
  ['ink-2', 'sunk', AA],
  ...on(['paper', 'desk', 'sunk', 'wash', 'raised'], 'ink-3', AA),
  ...on(['act', 'act-hover'], 'on-act', AAA),
  ...on(['seal-fill', 'seal-hover'], 'on-seal', AAA),
  ['on-rubric', 'rubric-fill', AA],
  ['on-pencil', 'pencil-fill', AAA],
  ...hues.flatMap((hue) => [
    [hue, 'paper', AAA],
    [hue, 'raised', AAA],
    [hue, `${hue}-tint`, AA],
    ['ink', `${hue}-tint`, AAA],
    ['ink-2', `${hue}-tint`, AA],
  ]),
  ['seal', 'wash', AAA],
  ...['seal', 'lamp', 'rubric'].map((hue) => [hue, 'desk', AA]),
  ...['edge', 'focus'].flatMap((line) => on(['paper', 'desk', 'raised'], line, UI)),
  ...hues.flatMap((hue) => on(['paper', 'wash'], `${hue}-fill`, UI)),
  ['ink', 'select', AAA],
  ['ink', 'find', AA],
  ['on-deep', 'deep', AAA],
  ['deep-2', 'deep', AA],
  ...[1, 2, 3, 4, 5, 6].flatMap((n) => [
    [`p${n}`, `p${n}-t`, AA],
    ['on-p', `p${n}`, AA],
    [`p${n}`, 'paper', AA],
  ]),
];

test('81 pairs are held', () => assert.equal(pairs.length, 81));

for (const [fore, back, least] of pairs) {
  test(`${fore} on ${back} is at least ${least} in both themes`, () => {
    assert.ok(tokens[fore], `--${fore} is missing`);
    assert.ok(tokens[back], `--${back} is missing`);
    for (const theme of ['light', 'dark']) {
      const found = ratio(tokens[fore][theme], tokens[back][theme]);
      assert.ok(found >= least, `${theme}: ${found.toFixed(2)}`);
    }
  });
}
