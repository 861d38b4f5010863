// All stories, by what they tell.
import { ALIKE } from "./stories-alike.ts";
import { GONE } from "./stories-gone.ts";
import { HEARD } from "./stories-heard.ts";
import { ALONE, RESHAPED } from "./stories-reshaped.ts";
import { STEPS } from "./stories-steps.ts";
import { TABLES } from "./stories-tables.ts";
import { TABS } from "./stories-tabs.ts";
import { UNDONE } from "./stories-undone.ts";
import { WALKED } from "./stories-walks.ts";
import type { Story } from "./story.ts";

export const STORIES: readonly { tells: string; stories: readonly Story[] }[] = [
  { tells: "detail_19 what one takes back and does again stays, whatever another takes back", stories: UNDONE },
  { tells: "detail_19 what one makes of what another made stays, whoever takes back what", stories: RESHAPED },
  { tells: "detail_19 what nobody else has touched is taken back and done again as it was", stories: ALONE },
  { tells: "detail_19 nothing is taken back that only looks like one's own", stories: ALIKE },
  { tells: "detail_19 what is taken back of a step is what is left of it", stories: STEPS },
  { tells: "detail_19 whatever two do and take back, one after the other, nobody else's words go or are doubled", stories: WALKED },
  { tells: "detail_18 what somebody wrote who is gone, or hears of it late, is there once", stories: GONE },
  { tells: "detail_18 what others say and do while somebody's words are waited for takes none away, and doubles none", stories: HEARD },
  { tells: "detail_18 what a person's other tab left on the device", stories: TABS },
  ...TABLES,
];
