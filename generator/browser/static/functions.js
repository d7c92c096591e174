/* Operators of the rule language beyond plain arithmetic: texts, parts of dates, roots, powers, the median.

   moreStrict, moreLazy  taken up by rules.js

   Values are those of rules.js. Each does the same steps as its twin in
   forms_spec/rules/runtime/math_functions.py, texts.py and parts.py. */
import { civil, dayNumber } from "./kinds.js";

const SCALE = 10n ** 9n;
const BOUND = 10n ** 24n;
const ONE = 10n ** 40n;
const LIFT = ONE / SCALE;
const LARGEST_EXPONENT = 1000n;
const OVERFLOW = 40n * SCALE;
const DAY_SECONDS = 86400;
const UNKNOWN = null;
const NUMBER = /^[ \t\n]*([-+]?)([0-9]*)(?:\.([0-9]*))?[ \t\n]*$/;

// Whole-number arithmetic

const size = (number) => (number < 0n ? -number : number);

function rounded(number, by) {
  let quotient = size(number) / size(by);
  if (2n * (size(number) % size(by)) >= size(by)) quotient += 1n;
  if (quotient >= BOUND) return UNKNOWN;
  return number < 0n === by < 0n ? quotient : -quotient;
}

function sqrt(number) {
  if (number <= 0n) return number < 0n ? UNKNOWN : 0n;
  const square = number * SCALE;
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2));
  for (let next = (root + square / root) / 2n; next < root; next = (root + square / root) / 2n) root = next;
  return square - root * root > root ? root + 1n : root;
}

function atanh(top, bottom) {
  let term = (top * ONE) / bottom;
  const square = (term * term) / ONE;
  let [total, odd] = [term, 1n];
  while (term) {
    term = (term * square) / ONE;
    odd += 2n;
    total += term / odd;
  }
  return total;
}

const LN2 = 2n * atanh(1n, 3n);

function lnOf(number) {
  let halvings = 0n;
  while (number >= 2n * ONE) {
    number /= 2n;
    halvings += 1n;
  }
  while (number < ONE) {
    number *= 2n;
    halvings -= 1n;
  }
  return 2n * atanh(number - ONE, number + ONE) + halvings * LN2;
}

function expOf(number) {
  const doublings = number / LN2;
  const rest = number - doublings * LN2;
  let [term, total, step] = [ONE, ONE, 1n];
  while (term) {
    term = (term * rest) / ONE / step;
    total += term;
    step += 1n;
  }
  return doublings >= 0n ? total * 2n ** doublings : total / 2n ** -doublings;
}

function log(number, base) {
  if (number <= 0n || base <= 0n || base === SCALE) return UNKNOWN;
  return rounded(lnOf(number * LIFT) * SCALE, lnOf(base * LIFT));
}

function exp(number) {
  if (number > OVERFLOW) return UNKNOWN;
  return number < -OVERFLOW ? 0n : rounded(expOf(number * LIFT), LIFT);
}

function wholePower(base, exponent) {
  if (exponent >= 0n) return rounded(base ** exponent * SCALE, SCALE ** exponent);
  return base === 0n ? UNKNOWN : rounded(SCALE ** -exponent * SCALE, base ** -exponent);
}

function power(base, exponent) {
  const whole = exponent / SCALE;
  if (whole * SCALE === exponent && size(whole) <= LARGEST_EXPONENT) return wholePower(base, whole);
  if (base <= 0n) return base === 0n && exponent > 0n ? 0n : UNKNOWN;
  const raised = (lnOf(base * LIFT) * exponent) / SCALE;
  if (raised > OVERFLOW * LIFT) return UNKNOWN;
  return raised < -OVERFLOW * LIFT ? 0n : rounded(expOf(raised), LIFT);
}

function median(operands, run) {
  const numbers = operands.map(run).filter((value) => value !== UNKNOWN);
  if (!numbers.length) return UNKNOWN;
  numbers.sort((number, other) => (number < other ? -1 : number > other ? 1 : 0));
  const half = numbers.length >> 1;
  if (numbers.length % 2) return numbers[half];
  const both = numbers[half - 1] + numbers[half];
  const middle = (size(both) + 1n) / 2n;
  return both > 0n ? middle : -middle;
}

// Texts; an empty one is UNKNOWN

const some = (text) => text || UNKNOWN;
const upper = (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
const lower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const clamp = (number, most) => Math.min(Math.max(Number(number / SCALE), 0), most);

function mid(text, start, length) {
  if (start % SCALE !== 0n || length % SCALE !== 0n) return UNKNOWN;
  const characters = [...text];
  const first = clamp(start - SCALE, characters.length);
  return some(characters.slice(first, first + clamp(length, characters.length)).join(""));
}

function right(text, length) {
  const count = [...text].length;
  return mid(text, BigInt(count - clamp(length, count) + 1) * SCALE, length);
}

function find(needle, hay) {
  const index = lower(hay).indexOf(lower(needle));
  return index < 0 ? 0n : BigInt([...hay.slice(0, index)].length + 1) * SCALE;
}

function numberIn(text) {
  const match = NUMBER.exec(text);
  if (!match || !(match[2] || match[3])) return UNKNOWN;
  const [whole, fraction] = [match[2].replace(/^0+/, ""), (match[3] || "").replace(/0+$/, "")];
  if (whole.length > 15 || fraction.length > 9) return UNKNOWN;
  const number = BigInt(whole || "0") * SCALE + BigInt(fraction.padEnd(9, "0"));
  return match[1] === "-" ? -number : number;
}

function numberText(number) {
  const digits = String(size(number) % SCALE)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${number < 0n ? "-" : ""}${size(number) / SCALE}${digits ? "." : ""}${digits}`;
}

// Dates and times

const two = (number) => String(number).padStart(2, "0");

function dayText(day) {
  const [year, month, on] = civil(day);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(on)}`;
}

function timeText(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${two(hours)}:${two(minutes)}${rest ? `:${two(rest)}` : ""}`;
}

function momentText(moment) {
  const day = Math.floor(moment / DAY_SECONDS);
  return `${dayText(day)}T${timeText(moment - day * DAY_SECONDS)}`;
}

const whole = (number) => BigInt(number) * SCALE;
const single =
  (of) =>
  ([low, high]) =>
    low === high ? of(low) : UNKNOWN;
const MONDAY = dayNumber(1970, 1, 5);

function year([low, high]) {
  const [first, last] = [civil(low)[0], civil(high)[0]];
  return first === last ? whole(first) : UNKNOWN;
}

function month([low, high]) {
  const [first, last] = [civil(low), civil(high)];
  return first[0] === last[0] && first[1] === last[1] ? whole(first[1]) : UNKNOWN;
}

const moreStrict = {
  sqrt,
  mod: (number, by) => (by === 0n ? UNKNOWN : number % by),
  ln: (number) => (number > 0n ? rounded(lnOf(number * LIFT), LIFT) : UNKNOWN),
  log,
  exp,
  power,
  upper,
  lower,
  trim: (text) => some(text.replace(/^[ \t\n]+|[ \t\n]+$/g, "")),
  mid,
  left: (text, length) => mid(text, SCALE, length),
  right,
  find,
  replace: (text, old, fresh) => some(old ? text.split(old).join(fresh) : text),
  contains: (hay, needle) => lower(hay).includes(lower(needle)),
  starts_with: (text, start) => lower(text).startsWith(lower(start)),
  ends_with: (text, end) => lower(text).endsWith(lower(end)),
  number_in: numberIn,
  number_text: numberText,
  date_text: single(dayText),
  time_text: timeText,
  moment_text: momentText,
  year,
  month,
  day_of_month: single((day) => whole(civil(day)[2])),
  day_of_week: single((day) => whole(((((day - MONDAY) % 7) + 7) % 7) + 1)),
  seconds_between: (first, second) => whole(second - first),
  datetime_of: ([low, high], clock) => (low === high ? low * DAY_SECONDS + clock : UNKNOWN),
};

const moreLazy = { median };

export { moreStrict, moreLazy };
