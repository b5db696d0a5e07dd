//! What files take that were made to be slow:
//! `cargo test --release --features gif,jxl,tiff --test suite formats::work -- --ignored
//! --nocapture`.

use super::*;
use std::time::{Duration, Instant};

/// The least time of a few runs, however they end.
fn least(bytes: &[u8]) -> Duration {
    let limits = Limits::default().with_max_work(u64::MAX).unwrap();
    let once = || {
        let started = Instant::now();
        let _ = Photo::decode(bytes, &limits);
        started.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap()
}

fn per(time: Duration, count: usize) -> f64 {
    time.as_nanos() as f64 / count as f64
}

#[cfg(feature = "gif")]
#[test]
#[ignore = "prints timings"]
fn gifs() {
    let file = |side: u16, codes: &[u8]| {
        let side = side.to_le_bytes();
        let blocks: Vec<u8> = codes.chunks(255).flat_map(|part| [&[part.len() as u8][..], part].concat()).collect();
        let screen = [b"GIF89a", &side[..], &side, &[0xF7, 0, 0], &[9; 768]].concat();
        [&screen[..], &[0x2C, 0, 0, 0, 0], &side, &side, &[0, 8], &blocks, &[0, b';']].concat()
    };
    // 256 clears the table, in nine bits; 0 is a pixel.
    let bits = |codes: &[u16]| {
        let mut bytes = vec![0u8; (codes.len() * 9).div_ceil(8) + 1];
        for (i, code) in codes.iter().enumerate() {
            let at = 9 * i;
            let word = u32::from(*code) << (at % 8);
            bytes[at / 8] |= word as u8;
            bytes[at / 8 + 1] |= (word >> 8) as u8;
        }
        bytes
    };
    let clear = bits(&[256; 1 << 20]);
    println!("codes that clear the table: {:.0} ns a byte", per(least(&file(1000, &clear)), clear.len()));
    let pairs: Vec<u16> = (0..2 << 20).map(|i| if i % 2 == 0 { 256 } else { 0 }).collect();
    let pairs = bits(&pairs);
    println!("a pixel after each: {:.0} ns a byte", per(least(&file(1024, &pairs)), pairs.len()));
    let noise: Vec<u8> = (0..1u32 << 22).map(|i| (i.wrapping_mul(0x9E37_79B1) >> 24) as u8).collect();
    let packed = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, 8).encode(&noise).unwrap();
    println!("noise: {:.1} ns a pixel", per(least(&file(2048, &packed)), noise.len()));
    let packed = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, 8).encode(&vec![0; 1 << 22]).unwrap();
    println!("one colour: {:.1} ns a pixel", per(least(&file(2048, &packed)), 1 << 22));
}

#[cfg(feature = "tiff")]
#[test]
#[ignore = "prints timings"]
fn tiffs() {
    use super::tiff::tiff;
    let file = |side: u32, rows: u32, method: u32, predictor: u32, strip: &[u8]| {
        let count = side.div_ceil(rows) as usize;
        let (offsets, lengths) = (vec![8; count], vec![(strip.len() / count) as u32; count]);
        let fields: [(u16, u16, &[u32]); 10] = [
            (256, 4, &[side]),
            (257, 4, &[side]),
            (258, 3, &[8, 8, 8]),
            (259, 3, &[method]),
            (262, 3, &[2]),
            (273, 4, &offsets),
            (277, 3, &[3]),
            (278, 4, &[rows]),
            (279, 4, &lengths),
            (317, 3, &[predictor]),
        ];
        tiff(&fields, strip)
    };
    let noise: Vec<u8> = (0..3u32 << 20).map(|i| (i.wrapping_mul(0x9E37_79B1) >> 24) as u8).collect();
    // Half the bits are noise, which deflate's codes make shorter.
    let smooth: Vec<u8> = noise.iter().map(|v| v & 15).collect();
    let lzw =
        |plain: &[u8]| weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(plain).unwrap();
    for (name, method, packed) in
        [("none", 1, noise.clone()), ("LZW", 5, lzw(&noise)), ("deflate", 8, fdeflate::compress_to_vec(&smooth))]
    {
        for predictor in [1, 2] {
            let time = least(&file(1024, 1024, method, predictor, &packed));
            println!("{name}, predictor {predictor}: {:.1} ns a pixel", per(time, 1 << 20));
        }
    }
    let runs: Vec<u8> = (0..3 << 19).flat_map(|_| [0, 7, 255, 9]).collect();
    println!("short runs of PackBits: {:.1} ns a pixel", per(least(&file(1024, 1024, 32_773, 1, &runs)), 1 << 20));
    // Strips of one pixel, all of the same bytes.
    for (name, method, packed) in [("LZW", 5, lzw(&[1, 2, 3])), ("deflate", 8, fdeflate::compress_to_vec(&[1, 2, 3]))] {
        let count = 16_000;
        let (offsets, lengths) = (vec![8; count], vec![packed.len() as u32; count]);
        let fields: [(u16, u16, &[u32]); 9] = [
            (256, 4, &[1]),
            (257, 4, &[count as u32]),
            (258, 3, &[8, 8, 8]),
            (259, 3, &[method]),
            (262, 3, &[2]),
            (273, 4, &offsets),
            (277, 3, &[3]),
            (278, 4, &[1]),
            (279, 4, &lengths),
        ];
        println!("a strip of {name}: {:.0} ns", per(least(&tiff(&fields, &packed)), count));
    }
    // Clears the table, again and again, in as many bytes as are taken.
    let clear: Vec<u8> = (0..4 << 20).map(|i| [0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01, 0x00][i % 9]).collect();
    println!("codes that clear the table: {:.0} ns a byte", per(least(&file(1024, 1024, 5, 1, &clear)), clear.len()));
}
