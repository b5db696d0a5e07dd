//! Stable words: every enum of reasons, remarks and kinds has one `snake_case` word per variant,
//! the same in `as_str`, in its display and where it is serialised.

/// Gives an enum its words: `words!(Side { Document => "document", Selfie => "selfie" });`
///
/// Generates `as_str`, [`std::fmt::Display`] and [`serde::Serialize`] (as that word). The list is a
/// `match`, so that a variant without a word does not compile. In tests the enum also has `EVERY`
/// variant in a list.
macro_rules! words {
    ($name:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        $crate::words::spelled!($name { $($variant => $word),+ });
        $crate::words::serialised_as_its_word!($name);
    };
}

/// Gives an enum its words, as [`words!`] does, but neither [`std::fmt::Display`] nor
/// [`serde::Serialize`]: for enums that have both by other means.
macro_rules! spelled {
    ($name:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $name {
            /// Every variant, in the order of their words' list.
            #[cfg(test)]
            #[allow(dead_code, reason = "not every enum has a test of all its words")]
            pub(crate) const EVERY: &[Self] = &[$(Self::$variant),+];

            /// The stable `snake_case` word of this variant, for logs and machine-readable output.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

/// Gives an enum that derives serde's traits its words and their display:
/// `sealed_words!(Kind { … });`
///
/// The ceremony's enums are sealed in a binary format, where a variant is its number, and written
/// as JSON, where `#[serde(rename_all = "snake_case")]` makes it a word. A test holds that word
/// against the one given here.
macro_rules! sealed_words {
    ($name:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        $crate::words::spelled!($name { $($variant => $word),+ });

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// Derives [`std::fmt::Display`] and [`serde::Serialize`] from a hand-written `as_str`: for enums
/// whose variants carry reasons of another enum.
macro_rules! serialised_as_its_word {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use {sealed_words, serialised_as_its_word, spelled, words};

#[cfg(test)]
mod tests {
    #[derive(Clone, Copy)]
    enum Colour {
        DarkRed,
        Blue,
    }

    words!(Colour { DarkRed => "dark_red", Blue => "blue" });

    #[test]
    fn word_display_and_serialised_form_are_one() {
        for (colour, word) in [(Colour::DarkRed, "dark_red"), (Colour::Blue, "blue")] {
            assert_eq!(colour.as_str(), word);
            assert_eq!(colour.to_string(), word);
            assert_eq!(serde_json::to_value(colour).unwrap(), word);
        }
        assert_eq!(Colour::EVERY.len(), 2);
    }
}
