// Another tab of Bea's, without a network, acts on a line, keeps that on the device and is closed; the tab that stays takes it up. What the
// other tab had seen is as it left it; what was written here after it had left comes back.
import type { Scene } from "./scene.ts";
import type { Story } from "./story.ts";
import { SENTENCE } from "./ways.ts";
import type { Writer } from "./writer.ts";

const WORDS = ["dune", "dahlia"] as const;

const ACTS: readonly { name: string; does: (tab: Writer) => void; gone: readonly string[] }[] = [
  {
    name: "made a list of the line",
    does: (tab) => {
      tab.select(tab.at("dune"));
      tab.command("bullet_list");
    },
    gone: [],
  },
  {
    name: "joined the line with the one before",
    does: (tab) => {
      tab.select(tab.headOf("dune"));
      tab.press("Backspace");
    },
    gone: [],
  },
  {
    name: "deleted the line",
    does: (tab) => {
      tab.chooseBlock("dune");
      tab.press("Delete");
    },
    gone: WORDS,
  },
];

/** Bea writes a line that everybody sees; then her other tab acts on it, and is gone. */
async function otherTab(scene: Scene, line: string, does: (tab: Writer) => void): Promise<void> {
  const { bea } = scene;
  bea.select(bea.at("cypress", true));
  bea.press("Enter");
  await bea.type(line);
  await scene.quiet();
  const tab = await scene.anotherTab("bea");
  await scene.quiet();
  await tab.leaveNetwork();
  does(tab);
  await tab.kept();
  tab.leave();
}

const seen = ({ name, does, gone }: (typeof ACTS)[number]): Story => ({
  name: `another tab ${name}`,
  plays: async (scene) => {
    await otherTab(scene, WORDS.join(" "), does);
    await scene.takesUp("bea");
  },
  words: WORDS,
  gone,
  pieces: [],
});

const writtenSince = ({ name, does, gone }: (typeof ACTS)[number]): Story => ({
  name: `another tab ${name}, in which this one writes on`,
  plays: async (scene) => {
    await otherTab(scene, WORDS.join(" "), does);
    const { bea } = scene;
    bea.select(bea.at("dahlia", true));
    await bea.type(` ${SENTENCE}`);
    await scene.quiet();
    await scene.takesUp("bea");
  },
  words: WORDS,
  gone,
  beside: gone.length === 0 ? [[SENTENCE, "dahlia"]] : [],
  caret: SENTENCE,
});

export const TABS: readonly Story[] = ACTS.flatMap((act) => [seen(act), writtenSince(act)]);
