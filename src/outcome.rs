//! One shape for "a value, or why there is none".

/// What a stage found, or why it found nothing: the picture's fault, so no [`crate::Error`].
///
/// `T` is what was looked for, `R` the reason or reasons that it is refused. Stages that take bytes
/// or pixels return `Result<Outcome<T, R>>`: an `Err` is a fault (broken bytes, a hostile model, a
/// wrong argument), a refusal is an answer.
///
/// ```
/// use selfsame::outcome::Outcome;
///
/// let answer: Outcome<u32, &str> = Outcome::Refused("no_face");
/// assert_eq!(answer.refused(), Some("no_face"));
/// assert_eq!(Outcome::<_, &str>::Found(3).map(|faces| faces + 1), Outcome::Found(4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome<T, R> {
    /// What was looked for is there.
    Found(T),
    /// What was looked for is not there, or not good enough, for this reason.
    Refused(R),
}

impl<T, R> Outcome<T, R> {
    /// Whether there is a value.
    pub const fn is_found(&self) -> bool {
        matches!(self, Self::Found(_))
    }

    /// Whether there is no value, but a reason.
    pub const fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// The value, if there is one; a refusal is dropped.
    pub fn found(self) -> Option<T> {
        match self {
            Self::Found(value) => Some(value),
            Self::Refused(_) => None,
        }
    }

    /// The reason, if there is no value; a value is dropped.
    pub fn refused(self) -> Option<R> {
        match self {
            Self::Found(_) => None,
            Self::Refused(reason) => Some(reason),
        }
    }

    /// The outcome by reference, for looking at it without taking it apart.
    pub const fn as_ref(&self) -> Outcome<&T, &R> {
        match self {
            Self::Found(value) => Outcome::Found(value),
            Self::Refused(reason) => Outcome::Refused(reason),
        }
    }

    /// Applies `f` to the value, and leaves a refusal as it is.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U, R> {
        match self {
            Self::Found(value) => Outcome::Found(f(value)),
            Self::Refused(reason) => Outcome::Refused(reason),
        }
    }

    /// The standard library's form, for use with `?` and its combinators.
    ///
    /// # Errors
    /// The refusal.
    pub fn into_result(self) -> Result<T, R> {
        match self {
            Self::Found(value) => Ok(value),
            Self::Refused(reason) => Err(reason),
        }
    }
}

impl<T, R> From<Result<T, R>> for Outcome<T, R> {
    fn from(result: Result<T, R>) -> Self {
        match result {
            Ok(value) => Self::Found(value),
            Err(reason) => Self::Refused(reason),
        }
    }
}
