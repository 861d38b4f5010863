//! The closed sets of words that attributes take. Each value knows the word it has in JSON.

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in JSON.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The value of a word in JSON.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

words! {
    /// The base direction of a paragraph; without one, its first strong character decides.
    Direction {
        /// Left to right.
        LeftToRight = "ltr",
        /// Right to left.
        RightToLeft = "rtl",
    }
    /// How the lines of a paragraph stand; without one, at the start edge.
    Align {
        /// At the edge where reading starts.
        Start = "start",
        /// In the middle.
        Center = "center",
        /// At the edge where reading ends.
        End = "end",
        /// At both edges.
        Justify = "justify",
    }
    /// How the items of an ordered list are counted.
    ListStyle {
        /// 1, 2, 3
        Decimal = "decimal",
        /// a, b, c
        LowerAlpha = "lower_alpha",
        /// A, B, C
        UpperAlpha = "upper_alpha",
        /// i, ii, iii
        LowerRoman = "lower_roman",
        /// I, II, III
        UpperRoman = "upper_roman",
    }
    /// What a callout says it is.
    CalloutKind {
        /// Worth knowing.
        Note = "note",
        /// Something can go wrong.
        Warning = "warning",
        /// Somebody can come to harm.
        Caution = "caution",
    }
    /// What a cross-reference shows of its target.
    Show {
        /// The target's number, or its title where it has none.
        Number = "number",
        /// The target's title.
        Title = "title",
        /// The page it is printed on; where there are no pages, its number.
        Page = "page",
    }
    /// The colour of a highlight.
    Colour {
        /// The one people reach for first.
        Yellow = "yellow",
        /// Green.
        Green = "green",
        /// Blue.
        Blue = "blue",
        /// Pink.
        Pink = "pink",
    }
}
