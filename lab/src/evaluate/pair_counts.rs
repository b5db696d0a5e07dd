//! How many pairs a cross-comparison has, of people who count once or, resampled, several times.

/// Which pictures are compared with which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Design {
    /// Every picture with every later one: each is a reference and a probe.
    Within,
    /// Every reference with every probe, which are different pictures.
    Across,
}

/// Numbers of pairs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PairCounts {
    /// Of pictures of one person.
    pub(super) genuine: u64,
    /// Of pictures of two people.
    pub(super) impostor: u64,
}

impl Design {
    /// The pairs of one person's pictures, `references` and `probes` (one list [`Self::Within`]).
    pub(super) fn genuine(self, [references, probes]: [u64; 2]) -> u64 {
        match self {
            Self::Within => references * references.saturating_sub(1) / 2,
            Self::Across => references * probes,
        }
    }

    /// The pairs of people each of whom has a weight and pictures as for [`Self::genuine`]. Copies
    /// of one person are not compared with each other.
    pub(super) fn count(self, people: impl Iterator<Item = (u64, [u64; 2])>) -> PairCounts {
        let mut genuine = 0;
        // Σ a · Σ b counts everyone with themselves, too.
        let (mut sums, mut own) = ([0u128; 2], 0u128);
        for (weight, pictures) in people {
            genuine += weight * self.genuine(pictures);
            let weighted = pictures.map(|n| u128::from(weight * n));
            sums = [sums[0] + weighted[0], sums[1] + weighted[1]];
            own += weighted[0] * weighted[1];
        }
        let ordered = sums[0] * sums[1] - own;
        let impostor = match self {
            Self::Within => ordered / 2,
            Self::Across => ordered,
        };
        PairCounts { genuine, impostor: impostor as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let people = [(1, [2, 2]), (1, [3, 3]), (2, [1, 1])];
        // 7 pictures, 21 pairs: 1 and 3 genuine; the two copies of the third are not compared.
        assert_eq!(Design::Within.count(people.into_iter()), PairCounts { genuine: 4, impostor: 16 });
        // 7 references, 3 probes: 2 of 21 pairs are the first person's, 2 · 3 · … the copies'.
        let people = [(1, [2, 1]), (1, [3, 0]), (2, [1, 1])];
        assert_eq!(Design::Across.count(people.into_iter()), PairCounts { genuine: 4, impostor: 21 - 2 - 4 });
    }
}
