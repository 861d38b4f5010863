// Lines that say the same, or begin alike: what one takes back is never another's that only looks like it.
import type { Scene } from "./scene.ts";
import { BREATH_MS, type Story } from "./story.ts";
import type { Writer } from "./writer.ts";

async function breath(scene: Scene): Promise<void> {
  await scene.quiet();
  await scene.pass(BREATH_MS);
}

/** Writes a line of its own behind the one with a word. */
async function writes(writer: Writer, behind: string, text: string): Promise<void> {
  writer.select(writer.at(behind, true));
  writer.press("Enter");
  await writer.type(text);
}

function pastesHeading(writer: Writer, over: string, text: string): void {
  const clipboard = new DataTransfer();
  clipboard.setData("text/html", `<h1>${text}</h1>`);
  writer.chooseBlock(over);
  writer.paste(clipboard);
}

const OVER: readonly Story[] = [
  { hers: "The sun rises.", other: "The moon sets", word: "rises" },
  { hers: "Fun 😀", other: "Fun 😁 for all", word: "Fun" },
].map(({ hers, other, word }) => ({
  name: `Bea takes back "${hers}", over which Ilse has pasted "${other}"`,
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await writes(bea, "aspen", hers);
    await breath(scene);
    pastesHeading(ilse, word, other);
    await breath(scene);
    bea.tryKey("Mod-z");
  },
  words: [other],
  pieces: null,
}));

const OWN_OVER: Story = {
  name: "Bea takes back, and does again, what she has pasted over letters of two halves",
  plays: async (scene, holds) => {
    const { bea } = scene;
    await writes(bea, "aspen", "Fun 😀");
    await breath(scene);
    pastesHeading(bea, "Fun", "Fun 😁 for all");
    await breath(scene);
    for (const [key, there] of [["Mod-z", "Fun 😀"], ["Mod-y", "Fun 😁 for all"]] as const) {
      bea.press(key);
      await scene.quiet();
      holds(key, { words: [there], pieces: null });
    }
  },
  words: ["Fun 😁 for all"],
  pieces: null,
};

const CUE: Story = {
  name: "Bea takes back a cue that Ilse deleted, who wrote another that begins alike",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await writes(bea, "aspen", "NARRATOR: It was dark.");
    await breath(scene);
    await ilse.leaveNetwork();
    ilse.chooseBlock("dark");
    ilse.press("Delete");
    await writes(ilse, "cypress", "NARRATOR: And then came the sun.");
    await ilse.returnToNetwork();
    await breath(scene);
    bea.tryKey("Mod-z");
  },
  words: ["NARRATOR: And then came the sun."],
  pieces: null,
};

const EQUAL: Story = {
  name: "Bea takes back a line that Ilse deleted, who made a heading of her own that says the same",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await writes(bea, "aspen", "Thank you all.");
    await breath(scene);
    await writes(ilse, "cypress", "Thank you all.");
    await breath(scene);
    await ilse.leaveNetwork();
    ilse.chooseBlock("Thank");
    ilse.press("Delete");
    ilse.select(ilse.at("Thank"));
    ilse.command("heading", { level: 1 });
    await ilse.returnToNetwork();
    await breath(scene);
    bea.tryKey("Mod-z");
  },
  words: ["Thank you all."],
  pieces: null,
};

/** What Bea pasted begins as the line did that she pasted it over: she gets that back whole, also where Ilse has deleted hers. */
const BACK_WHOLE: Story = {
  name: "Bea takes back what she pasted over a line of Ilse's that begins alike, and Ilse deleted",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await writes(ilse, "aspen", "The sun rises.");
    await breath(scene);
    pastesHeading(bea, "rises", "The moon sets");
    await breath(scene);
    ilse.chooseBlock("moon");
    ilse.press("Delete");
    await breath(scene);
    bea.press("Mod-z");
  },
  words: ["The sun rises."],
  pieces: null,
};

/** What is typed over words is typed, and goes along with those before it. */
const TYPED_OVER: Story = {
  name: "Bea types over the last word of a line that Ilse parts unseen",
  base: "lines",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    bea.select(bea.at("bramble", true), bea.at("bramble"));
    await bea.type("QUOTA");
    ilse.select(ilse.at("beech"));
    ilse.press("Enter");
  },
  words: ["birch", "beech", "bay"],
  open: ["bramble"],
  pieces: ["QUOTA"],
  beside: [["QUOTA", "bay"]],
};

export const ALIKE: readonly Story[] = [...OVER, OWN_OVER, CUE, EQUAL, BACK_WHOLE, TYPED_OVER];
