//! Enums of the facade and their words.

/// Declares an enum whose variants have stable words, by which other languages name them, and its
/// `as_str`, `parse`, `ALL` and serialised form.
macro_rules! word_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\nIts word: `", $word, "`.")]
                $variant,
            )+
        }

        impl $name {
            /// Every variant.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable word of this variant.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The variant of a word.
            ///
            /// # Errors
            /// `invalid_argument` for any other word; the message lists those that there are.
            pub fn parse(word: &str) -> $crate::Result<Self> {
                Self::ALL.iter().copied().find(|variant| variant.as_str() == word).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|variant| variant.as_str()).collect();
                    let message = format!("{word:?} is none of {}", known.join(", "));
                    $crate::Error::new("invalid_argument", "engine", message)
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use word_enum;
