// Every detail of the editor that is delivered has a test that bears its number; a missing one fails here.
// node --test end2end/details.test.mjs
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const DELIVERED = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 14, 15, 17, 18, 19, 20, 23, 24, 26, 27, 28, 30];

const here = new URL('./', import.meta.url);
const specs = readdirSync(here)
  .filter((name) => name.endsWith('.spec.ts'))
  .map((name) => readFileSync(new URL(name, here), 'utf8'))
  .join('\n');
const names = [...specs.matchAll(/^\s*test\([`"']([^`"']*)/gm)].map(([, name]) => name);

test('each delivered detail has its test', () => {
  const named = new Set(names.flatMap((name) => [...name.matchAll(/detail_(\d\d)/g)].map(([, number]) => Number(number))));
  assert.deepEqual(DELIVERED.filter((number) => !named.has(number)), []);
});
