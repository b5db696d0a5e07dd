// Which PINs are too easy to guess: the crate's rules (`selfsame::enrol::Weakness`, which says
// why), since a PIN never leaves this page to be judged elsewhere.

const holds = (whole, part) => part.length > 0 && whole.includes(part);
const steps = (digits) => [...digits].slice(1).map((digit, i) => (10 + Number(digit) - Number(digits[i])) % 10);
const same = (values) => values.every((value) => value === values[0]);

const repeated = (digits) =>
  Array.from({ length: digits.length >> 1 }, (_, i) => i + 1).some((period) => digits.length % period === 0 && digits === digits.slice(0, period).repeat(digits.length / period));

const sequential = (digits) => digits.length > 2 && steps(digits)[0] !== 0 && same(steps(digits));

const doubled = (digits) => {
  const runs = digits.match(/(.)\1*/g);
  return runs.length > 1 && runs.every((run) => run.length > 1);
};

const years = (digits) => digits.length % 4 === 0 && digits.match(/.{4}/g).every((year) => /^(19|20)/.test(year));

// Column and row on a keypad: 1 2 3 / 4 5 6 / 7 8 9 / 0 in the middle.
const place = (digit) => (digit === "0" ? [1, 3] : [(digit - 1) % 3, Math.floor((digit - 1) / 3)]);

/** The length of the straight line of neighbouring keys that the digits begin with; 0 for none. */
function line(digits) {
  const moves = [...digits].slice(1).map((digit, i) => place(digit).map((at, axis) => at - place(digits[i])[axis]));
  const [first] = moves;
  if (!first || first.every((v) => v === 0) || first.some((v) => Math.abs(v) > 1)) return 0;
  const end = moves.findIndex((move) => move.some((v, axis) => v !== first[axis]));
  return 1 + (end < 0 ? moves.length : end);
}

function keypadLine(digits) {
  const covered = new Set([0]);
  for (let start = 0; start < digits.length; start++) {
    // A line begins behind the one before, or on its last key.
    if (!covered.has(start) && !covered.has(start + 1)) continue;
    for (let length = 3; length <= line(digits.slice(start)); length++) covered.add(start + length);
  }
  return covered.has(digits.length);
}

function date(digits, born) {
  const [year, month, day] = born.split("-");
  if (!day) return false;
  const forms = [year, year.slice(2)].flatMap((y) => [day + month + y, month + day + y, y + month + day, y + day + month]);
  return forms.some((form) => holds(form, digits) || holds(digits, form));
}

function number(digits, text) {
  const plain = text.replace(/\D/g, "");
  return holds(plain, digits) || (plain.length >= 4 && holds(digits, plain));
}

/** The first weakness of a PIN, as a word; null for a strong one. */
export function weakness(pin, { born = "", numbers = [], pin1 = "" } = {}) {
  if (repeated(pin)) return "repeated";
  if (sequential(pin)) return "sequential";
  if (keypadLine(pin)) return "keypad_line";
  if (doubled(pin)) return "doubled";
  if (years(pin)) return "year";
  if (date(pin, born)) return "date_of_birth";
  if (numbers.some((text) => number(pin, text))) return "personal_number";
  if (holds(pin, pin1)) return "holds_pin1";
  return null;
}
