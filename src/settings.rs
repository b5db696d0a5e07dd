//! Options with many fields: a default, a range and a documented setter for each.

/// Declares a type of options whose fields are private: each has a getter of its name, a setter
/// `with_…` and a default, and the documentation of both states default and range as the code has
/// them.
///
/// ```ignore
/// settings! {
///     /// How long something may take.
///     #[derive(Debug, Clone, Copy, PartialEq)]
///     pub struct Patience in Stage::Capture {
///         /// How long a hint stays, in microseconds.
///         hint_us, with_hint_us: u64 = 300_000, in 0..=10_000_000;
///         /// Whether to wait at all.
///         waits, with_waits: bool = true;
///     }
/// }
/// let patience = Patience::default().with_hint_us(100_000)?.with_waits(false);
/// ```
///
/// A setter with a range returns `Result<Self>`: a value outside it, NaN included, is
/// [`crate::ErrorKind::InvalidArgument`]. What must hold between fields is checked where the
/// options are used. Fields are `Copy`; those that are not stand first, in
/// `@by_hand { field: Type = default; }`, and their getters and setters are written by hand.
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $stage:path {
            $(@by_hand { $($own:ident: $own_type:ty = $own_default:expr;)+ })?
            $($(#[$doc:meta])* $field:ident, $with:ident: $type:ty = $default:expr $(, in $range:expr)?;)+
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $($($own: $own_type,)+)?
            $($field: $type,)+
        }

        impl Default for $name {
            /// Every field at the default that its getter states.
            fn default() -> Self {
                Self { $($($own: $own_default,)+)? $($field: $default,)+ }
            }
        }

        impl $name {
            $(
                $(#[$doc])*
                ///
                #[doc = $crate::settings::stated!($default $(, $range)?)]
                #[must_use]
                pub const fn $field(&self) -> $type {
                    self.$field
                }

                $crate::settings::setter!($field, $with, $type, $stage $(, $range)?);
            )+
        }
    };
}

/// The sentence that states a default, and a range if there is one.
macro_rules! stated {
    ($default:expr) => {
        concat!("Default: `", stringify!($default), "`.")
    };
    ($default:expr, $range:expr) => {
        concat!("Default: `", stringify!($default), "`; range: `", stringify!($range), "`.")
    };
}

/// A setter; it can fail if there is a range.
macro_rules! setter {
    ($field:ident, $with:ident, $type:ty, $stage:path) => {
        #[doc = concat!("Returns these options with another [`Self::", stringify!($field), "`].")]
        #[must_use]
        pub fn $with(mut self, $field: $type) -> Self {
            self.$field = $field;
            self
        }
    };
    ($field:ident, $with:ident, $type:ty, $stage:path, $range:expr) => {
        #[doc = concat!("Returns these options with another [`Self::", stringify!($field), "`], in `", stringify!($range), "`.")]
        ///
        /// # Errors
        /// [`crate::ErrorKind::InvalidArgument`] for a value outside that range.
        pub fn $with(mut self, $field: $type) -> $crate::error::Result<Self> {
            if !($range).contains(&$field) {
                return Err($crate::settings::outside($stage, stringify!($field), &$field, stringify!($range)));
            }
            self.$field = $field;
            Ok(self)
        }
    };
}

pub(crate) use {setter, settings, stated};

use crate::error::{Error, ErrorKind, Stage};

/// The error of a value that is outside its range.
pub(crate) fn outside(stage: Stage, field: &str, value: &dyn std::fmt::Debug, range: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, stage, format!("{field} is {value:?}, outside {range}"))
}

#[cfg(test)]
mod tests {
    use crate::error::{ErrorKind, Stage};

    settings! {
        /// Options of a test.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Patience in Stage::Capture {
            @by_hand { words: Vec<&'static str> = vec!["hold still"]; }
            /// A share.
            share, with_share: f32 = 0.5, in 0.0..=1.0;
            /// A switch.
            waits, with_waits: bool = true;
        }
    }

    #[test]
    fn ranges_are_checked_and_defaults_stay() {
        let patience = Patience::default().with_waits(false).with_share(1.0).unwrap();
        assert_eq!((patience.share(), patience.waits()), (1.0, false));
        assert_eq!((Patience::default().share(), Patience::default().words), (0.5, vec!["hold still"]));
        for bad in [f32::NAN, -0.1, 1.1, f32::INFINITY] {
            let error = Patience::default().with_share(bad).unwrap_err();
            assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidArgument, Stage::Capture));
            assert!(error.to_string().contains("share is"), "{error}");
        }
    }
}
