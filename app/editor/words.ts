// The closed sets of words that attributes take, as in app/domain/src/document/words.rs.

export const LIST_STYLES = ["decimal", "lower_alpha", "upper_alpha", "lower_roman", "upper_roman"] as const;
export const CALLOUTS = ["note", "warning", "caution"] as const;
export const COLOURS = ["yellow", "green", "blue", "pink"] as const;
export const ALIGNS = ["start", "center", "end", "justify"] as const;
export const SHOWS = ["number", "title", "page"] as const;
