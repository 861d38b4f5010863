// The schema against the model's own fixtures and its description: both sides take and refuse the same documents, and what
// is taken goes through Yjs and back without a change.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Node } from "prosemirror-model";
import { initProseMirrorDoc, prosemirrorToYXmlFragment } from "y-prosemirror";
import * as Y from "yjs";
import { RULES } from "../rules.ts";
import { FRAGMENT, schema } from "../schema.ts";

const model = new URL("../../domain/", `file://${process.cwd()}/app/editor/test/`);
const fixtures = (folder: string): [string, unknown][] => {
  const where = new URL(`tests/document/${folder}/`, model);
  return readdirSync(where).map((name) => [name, JSON.parse(readFileSync(new URL(name, where), "utf8"))]);
};
const described = JSON.parse(readFileSync(new URL("src/document/schema.json", model), "utf8"));

/** Reads as strictly as the model: what ProseMirror would drop or add in silence shows in the comparison. */
function read(json: unknown): Node {
  const node = Node.fromJSON(schema, json as never);
  if (node.type !== schema.topNodeType) throw new RangeError("no document");
  node.check();
  assert.deepEqual(plain(node.toJSON()), merged(plain(json)));
  return node;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

interface Tree {
  type: string;
  text?: string;
  marks?: unknown[];
  content?: Tree[];
}

/** The canonical form: neighbouring texts with the same marks are one, empty lists are left out. */
function merged(value: unknown): unknown {
  const tree = value as Tree;
  if (!Array.isArray(tree.content)) return tree;
  const content: Tree[] = [];
  for (const child of tree.content) {
    const before = content.at(-1);
    const same = before?.type === "text" && child.type === "text" && JSON.stringify(before.marks ?? []) === JSON.stringify(child.marks ?? []);
    if (same) before.text! += child.text;
    else content.push({ ...(merged(child) as Tree) });
  }
  const { content: _, ...rest } = tree;
  return content.length > 0 ? { ...rest, content } : rest;
}

/** y-prosemirror keeps marks as formats of shared text, so a break or a chip has none on the other side. */
function marksOnTextOnly({ marks, content, ...rest }: Tree): Tree {
  return {
    ...rest,
    ...(marks && rest.type === "text" && { marks }),
    ...(content && { content: content.map(marksOnTextOnly) }),
  };
}

/** What the schema cannot say of two attributes together; prosemirror-tables mends it when it meets it. */
const BEYOND = ["colwidth_of_too_few_columns.json"];

const accepted = fixtures("accepted");
const refused = fixtures("refused").filter(([name]) => !BEYOND.includes(name));

test("there are fixtures", () => {
  assert.ok(accepted.length > 60 && refused.length > 90, `${accepted.length}, ${refused.length}`);
});

for (const [name, json] of accepted) {
  test(`taken: ${name}`, () => {
    read(json);
  });
  test(`through Yjs and back: ${name}`, () => {
    const node = read(json);
    const doc = new Y.Doc();
    prosemirrorToYXmlFragment(node, doc.getXmlFragment(FRAGMENT));
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    const back = initProseMirrorDoc(other.getXmlFragment(FRAGMENT), schema).doc;
    back.check();
    assert.deepEqual(plain(back.toJSON()), marksOnTextOnly(plain(node.toJSON()) as Tree));
  });
}

for (const [name, json] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(() => read(json));
  });
}

interface Attribute {
  kind: string;
  default?: unknown;
  rule?: keyof typeof RULES;
  values?: string[];
  min?: number;
  max?: number;
  nullable?: boolean;
}
interface Described {
  name: string;
  content?: string;
  group?: string;
  marks?: string;
  attrs?: Record<string, Attribute>;
}

/** One more and one less than what an attribute takes, and what it takes. */
function probes(attribute: Attribute): { good: unknown[]; bad: unknown[] } {
  const good: unknown[] = attribute.nullable ? [null] : [];
  const bad: unknown[] = attribute.nullable ? [undefined, {}] : [null, undefined, {}];
  switch (attribute.kind) {
    case "number":
      return { good: [...good, attribute.min, attribute.max], bad: [...bad, attribute.min! - 1, attribute.max! + 1, attribute.min! + 0.5, "1"] };
    case "boolean":
      return { good: [true, false], bad: [...bad, 0, "true"] };
    case "word":
      return { good: [...good, ...attribute.values!], bad: [...bad, "other", ""] };
    case "string": {
      const { accepts, refuses } = described.strings[attribute.rule!];
      return { good: [...good, ...accepts], bad: [...bad, 1, "\uD800", ...refuses] };
    }
    default:
      return { good, bad };
  }
}

for (const kind of ["nodes", "marks"] as const) {
  test(`${kind} stand in the model's order`, () => {
    assert.deepEqual(Object.keys(schema[kind]), described[kind].map(({ name }: Described) => name));
  });
  for (const { name, content, group, marks, attrs } of described[kind] as Described[]) {
    const type = schema[kind][name]!;
    test(`${name}: attributes as described`, () => {
      const own = (type.spec.attrs ?? {}) as Record<string, { default?: unknown; validate: (value: unknown) => void }>;
      assert.deepEqual(Object.keys(own), Object.keys(attrs ?? {}));
      for (const [attribute, said] of Object.entries(attrs ?? {})) {
        assert.deepEqual(own[attribute]!.default, said.default, attribute);
        assert.equal("default" in own[attribute]!, "default" in said, attribute);
        const { good, bad } = probes(said);
        for (const value of good) own[attribute]!.validate(value);
        for (const value of bad) assert.throws(() => own[attribute]!.validate(value), `${attribute} takes ${JSON.stringify(value)}`);
      }
    });
    if (kind === "nodes") {
      test(`${name}: content, group and marks as described`, () => {
        const node = schema.nodes[name]!;
        if (name !== "text") assert.equal(node.spec.content ?? "", content ?? "");
        // "list" is the editor's own group, for its commands.
        assert.equal((node.spec.group ?? "").replace(" list", ""), group ?? "");
        const all = node.inlineContent ? Object.keys(schema.marks) : [];
        const taken = marks === "_" ? all : (marks ?? "").split(" ").filter(Boolean);
        assert.deepEqual(Object.values(schema.marks).filter((mark) => node.inlineContent && node.allowsMarkType(mark)).map((mark) => mark.name), taken);
      });
    } else {
      test(`${name} excludes no other mark`, () => {
        for (const other of Object.values(schema.marks)) {
          assert.equal(schema.marks[name]!.excludes(other), other.name === name);
        }
      });
    }
  }
}

test("the patterns are the model's", () => {
  for (const [rule, { pattern }] of Object.entries(described.strings as Record<string, { pattern: string }>)) {
    assert.equal(new RegExp(RULES[rule as keyof typeof RULES], "u").source, new RegExp(pattern, "u").source, rule);
  }
  assert.deepEqual(Object.keys(RULES).sort(), Object.keys(described.strings).sort());
});
