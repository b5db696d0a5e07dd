// The page's rules for PINs against the crate's own examples (src/enrol/weak.rs).

import assert from "node:assert/strict";
import { test } from "node:test";
import { weakness } from "../js/weak.js";

const PERSONAL = { born: "1984-03-15", numbers: ["AB 730-912", "38403150019"] };
const WEAK = {
  repeated: ["0000", "1212", "481481", "77777777", "90909090", "123123123"],
  sequential: ["1234", "4321", "2468", "7890", "0987", "0369", "13579", "123456789012"],
  keypad_line: ["2580", "0852", "147258", "14789", "159357", "15951", "963258", "147852369"],
  doubled: ["1122", "7788", "00111", "998877", "2211"],
  year: ["1900", "1987", "2099", "2024", "19842014"],
  date_of_birth: ["1503", "0315", "150384", "840315", "15031984", "198403", "031984", "5031", "0384", "7150384"],
  personal_number: ["7309", "0912", "730912", "17309125", "40315001"],
};

test("each rule finds its own", () => {
  for (const pin of Object.values(WEAK).flat()) assert.ok(weakness(pin, PERSONAL), pin);
  // The rules of patterns alone, by their names.
  for (const rule of ["repeated", "doubled", "year"]) for (const pin of WEAK[rule]) assert.equal(weakness(pin), rule, pin);
});

test("ordinary PINs are strong", () => {
  for (const pin of ["8036", "1899", "2100", "1223", "5172", "94027", "618304", "1478", "2508", "7391", "40718263", "602915", "1357902"]) assert.equal(weakness(pin, PERSONAL), null, pin);
});

test("as many are refused as by the crate, and PIN2 may not hold PIN1", () => {
  const all = Array.from({ length: 10_000 }, (_, n) => String(n).padStart(4, "0"));
  const refused = all.filter((pin) => weakness(pin, PERSONAL)).length;
  assert.ok(refused >= 400 && refused <= 500, `${refused}`);
  assert.equal(weakness("80361", { pin1: "8036" }), "holds_pin1");
});
