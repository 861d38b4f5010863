// What the page of the tests runs: one case at a time, each in a room of its own.
import { clock, promised, seed } from "./clock.ts";
import { ACTS, type Act, BASE_WORDS } from "./acts.ts";
import { Play } from "./deeds.ts";
import { count, type Fault, lines, placeFaults, sentenceFaults, shapeFaults, wordFaults } from "./oracle.ts";
import { type Plan, planOf } from "./plan.ts";
import { Scene } from "./scene.ts";
import { STORIES } from "./stories.ts";
import { type Expected, faultsOf } from "./story.ts";
import { neighbours, SENTENCE, WAYS, type Way } from "./ways.ts";

/** Errors that nobody caught, of the case that is played. */
let errors: string[] = [];
addEventListener("error", (event) => {
  errors.push(event.message);
  event.preventDefault();
});
addEventListener("unhandledrejection", (event) => {
  errors.push(String(event.reason));
  event.preventDefault();
});

function faults(scene: Scene, act: Act, way: Way, base: readonly string[], pieces: readonly string[]): Fault[] {
  const all = lines(scene.doc);
  const deleted = act.deletes ?? [];
  const found = [
    ...scene.differences(),
    ...shapeFaults(scene.doc),
    ...sentenceFaults(all, pieces),
    ...wordFaults(all, [...base, ...(act.adds ?? [])], deleted),
  ];
  if (way.among !== null && !act.elsewhere) {
    found.push(...placeFaults(all, pieces.at(-1)!, neighbours(way.among, (word) => !deleted.includes(word) && count(all, word) > 0)));
  }
  const written = way.caret?.slice(way.caret.indexOf(pieces.at(-1)!));
  if (written !== undefined && !scene.bea.beforeCaret.endsWith(written)) {
    found.push({ kind: "caret", says: `behind "${scene.bea.beforeCaret}" in ${JSON.stringify(lines(scene.bea.doc))}` });
  }
  return found;
}

function thrown(error: unknown): Fault {
  return { kind: "error", says: error instanceof Error ? `${error.message} ${error.stack}` : String(error) };
}

/** Plays what needs a room; answers what does not hold, and what nobody caught. */
async function guarded(from: number, plays: (opened: (scene: Scene) => void) => Promise<Fault[]>): Promise<Fault[]> {
  seed(from);
  errors = [];
  let scene: Scene | null = null;
  let found: Fault[];
  try {
    found = await plays((opened) => (scene = opened));
  } catch (error) {
    found = [thrown(error)];
  }
  try {
    (scene as Scene | null)?.close();
  } catch (error) {
    found.push(thrown(error));
  }
  await promised();
  clock.forget();
  return [...found, ...errors.map((says) => ({ kind: "error" as const, says }))];
}

/** Plays a case. */
function play(actName: string, wayName: string): Promise<Fault[]> {
  const [act, way] = [ACTS.find(({ name }) => name === actName)!, WAYS.find(({ name }) => name === wayName)!];
  return guarded(1, async (opened) => {
    const scene = await Scene.open(act.base);
    opened(scene);
    await act.before?.(scene);
    const base = BASE_WORDS.filter((word) => count(lines(scene.doc), word) === 1);
    const pieces = (await way.plays(scene, act)) ?? [SENTENCE];
    await scene.quiet();
    return faults(scene, act, way, base, pieces);
  });
}

/** Plays a story. */
function playStory(name: string): Promise<Fault[]> {
  const story = STORIES.flatMap(({ stories }) => stories).find((one) => one.name === name)!;
  return guarded(1, async (opened) => {
    const scene = await Scene.open(story.base ?? "without");
    opened(scene);
    const found: Fault[] = [];
    const holds = (when: string, expected: Expected): void => {
      found.push(...faultsOf(scene, expected).map(({ kind, says }) => ({ kind, says: `${when}: ${says}` })));
    };
    await story.plays(scene, holds);
    await scene.quiet();
    holds("in the end", story);
    return found;
  });
}

const playPlan = (plan: Plan): Promise<Fault[]> => guarded(plan.seed, (opened) => Play.of(plan, opened));

/** The least of a plan that still fails: without each deed that it fails without. */
async function least(plan: Plan): Promise<Plan> {
  let best = plan;
  for (let index = plan.ops.length - 1; index >= 0; index--) {
    const fewer = { ...best, ops: best.ops.filter((_, other) => other !== index) };
    if ((await playPlan(fewer)).length > 0) best = fewer;
  }
  return best;
}

/** Plays seeds; answers the plans that fail, each in short. Says each as soon as it is found: there may be hours of them. */
async function playSeeds(first: number, many: number): Promise<{ plan: Plan; faults: Fault[] }[]> {
  const failed = [];
  for (let from = first; from < first + many; from++) {
    const plan = planOf(from);
    if ((await playPlan(plan)).length === 0) continue;
    const short = await least(plan);
    const found = { plan: short, faults: await playPlan(short) };
    console.info(JSON.stringify(found));
    failed.push(found);
  }
  return failed;
}

Object.assign(window, { play, playStory, playPlan, playSeeds });
