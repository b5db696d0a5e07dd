//! [`Limiter`]: how often one address may ask for something, and all together. Buckets that fill
//! again over time; their number is bounded.

use crate::config::Rates;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// Buckets that are kept at most. Chosen by hand: some ten megabytes.
const MOST_BUCKETS: usize = 100_000;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Limited {
    /// Any request.
    Request,
    /// A ceremony that begins.
    Start,
    /// A device that is new.
    Device,
    /// A code of the other device.
    Code,
    /// A ceremony that begins, of anybody.
    AllStarts,
}

/// See the module.
pub(crate) struct Limiter {
    rates: Rates,
    buckets: Mutex<HashMap<(Limited, IpAddr), Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at_us: u64,
}

impl Limiter {
    pub(crate) fn new(rates: Rates) -> Self {
        Self { rates, buckets: Mutex::default() }
    }

    /// How many there may be in how many seconds.
    fn rate(&self, what: Limited) -> (f64, f64) {
        let rates = &self.rates;
        let (count, seconds) = match what {
            Limited::Request => (rates.requests_per_minute, 60.0),
            Limited::Start => (rates.starts_per_minute, 60.0),
            Limited::Device => (rates.devices_per_hour, 3_600.0),
            Limited::Code => (rates.codes_per_minute, 60.0),
            Limited::AllStarts => (rates.all_starts_per_minute, 60.0),
        };
        (f64::from(count), seconds)
    }

    /// Takes one from the bucket of this address, or tells the seconds until there is one.
    pub(crate) fn take(&self, what: Limited, client: IpAddr, now_us: u64) -> Result<(), u64> {
        let (most, seconds) = self.rate(what);
        let per_us = most / (1e6 * seconds);
        let client = if what == Limited::AllStarts { Ipv6Addr::UNSPECIFIED.into() } else { network(client) };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS {
            // Those that are full again say nothing. If all are in use, somebody has many
            // addresses: they are forgotten, and the limit on all holds.
            let full = |what: Limited, bucket: &Bucket| {
                let (most, seconds) = self.rate(what);
                bucket.left + most / (1e6 * seconds) * now_us.saturating_sub(bucket.at_us) as f64 >= most
            };
            buckets.retain(|(what, _), bucket| !full(*what, bucket));
            if buckets.len() >= MOST_BUCKETS {
                buckets.retain(|(what, _), _| *what == Limited::AllStarts);
            }
        }
        let bucket = buckets.entry((what, client)).or_insert(Bucket { left: most, at_us: now_us });
        bucket.left = (bucket.left + per_us * now_us.saturating_sub(bucket.at_us) as f64).min(most);
        bucket.at_us = now_us;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        let wait_s = (1.0 - bucket.left) / per_us / 1e6;
        Err(if wait_s.is_finite() { wait_s.ceil() as u64 } else { 3_600 })
    }
}

/// One client: an address of IPv4, or a network of 64 bits of IPv6, which one household has.
pub(crate) fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => address.into(),
            None => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_fills_again_and_addresses_do_not_share() {
        let limiter = Limiter::new(Rates { codes_per_minute: 2, ..Rates::default() });
        let [one, other]: [IpAddr; 2] = ["2001:db8::1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        assert_eq!(limiter.take(Limited::Code, one, 0), Ok(()));
        assert_eq!(limiter.take(Limited::Code, neighbour, 0), Ok(()));
        assert_eq!(limiter.take(Limited::Code, one, 0), Err(30));
        assert_eq!(limiter.take(Limited::Code, other, 0), Ok(()));
        assert_eq!(limiter.take(Limited::Start, one, 0), Ok(()));
        assert_eq!(limiter.take(Limited::Code, one, 31_000_000), Ok(()));
    }

    #[test]
    fn many_addresses_take_no_more_memory() {
        let limiter = Limiter::new(Rates::default());
        for i in 0..MOST_BUCKETS as u32 + 10 {
            assert_eq!(limiter.take(Limited::Request, IpAddr::from(i.to_be_bytes()), 0), Ok(()));
        }
        assert!(limiter.buckets.lock().unwrap().len() < MOST_BUCKETS);
    }
}
