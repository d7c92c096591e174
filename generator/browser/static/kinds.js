/* The kinds in the browser: the same grammars, values and refusals as forms_spec/kinds.

   parse(text, field)   {ok: true, value} or {ok: false, code, details}
   write(value, field)  the canonical text of a value
   shownAs(text, field) an accepted text as people read it
   fill(template, words)  a message of the catalogue with its words put in

   field is made by generator/browser/field_spec.py. Values:
     integer, decimal    BigInt, the number times 10^9
     bounded             {comparator, number: BigInt}; "=" for an exact number
     text, choice, file  string
     boolean             true, false
     choices             array of codes in the codelist's order
     date                {d: days since 1970-01-01}
     partial_date        {from: day, to: day}, both ends included
     time                {t: seconds since midnight}
     datetime            {s: seconds since 1970-01-01T00:00, no time zone}
     duration            {months, seconds}
   Days and seconds are Numbers. Lengths count code points. No Date object, no \s, no locale. */
const BLANKS =
  "\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u180e\\u2000-\\u200b" +
  "\\u2028\\u2029\\u202f\\u205f\\u2060\\u3000\\ufeff";
const EDGE_BLANKS = new RegExp(`^[${BLANKS}]+|[${BLANKS}]+$`, "gu");
const RUN_OF_BLANKS = new RegExp(`[${BLANKS}]+`, "gu");
const SURROGATE = /[\ud800-\udfff]/u;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/u;
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/u;
const LINE_BREAKS = "\n\r\v\f\u0085\u2028\u2029";
const SCALE = 10n ** 9n;
const PLACES = 9;
const MOST_DIGITS = 15;
const FIRST_YEAR = 1000;
const LONGEST_NAME = 200;
const NAMED_CODES = 8;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const INTEGER = /^-?(0|[1-9][0-9]*)$/;
const DECIMAL = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
const COMMA = /^([+-]?)([0-9]+),([0-9]+)$/;
const THOUSANDS = /^([+-]?)([0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?$/;
const LIMIT = /^(<=|>=|<|>|\u2264|\u2265) ?(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)$/;
const LOOSE_CLOCK = /^[0-9]{1,2}[:.]?[0-9]{2}$/;
const BOUNDED = /^(<=|>=|<|>)?(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)$/;
const MINUS_ZERO = /^-0(?:\.0+)?$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MONTH_OR_YEAR = /^([0-9]{4})(?:-(0[1-9]|1[0-2]))?$/;
const TIME = /^([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?$/;
const NUMERIC_DATE = /^([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})$/;
const TWO_DIGIT_YEAR =
  /^(?:[0-9]{1,2}([-/. ]?)[A-Za-z]{3,9}\1[0-9]{2}|[0-9]{1,2}([-/. ])[0-9]{1,2}\2[0-9]{2})$/;
const DURATION = new RegExp(
  "^P(?!$)(?:CY)?(?:CM)?(?:CD)?(?:T(?!$)(?:CH)?(?:CM)?(?:CS)?)?$".replaceAll("C", "(0|[1-9][0-9]{0,5})"),
);
const DURATION_WORDS = ["year", "month", "day", "hour", "minute", "second"];
const FILE = /^files\/[0-9a-f]{16}\/([^/\\:*?"<>|]+)$/u;

const accept = (value) => ({ ok: true, value });
const refuse = (code, details = {}) => ({ ok: false, code, details });

// Characters

const stripBlanks = (text) => text.replace(EDGE_BLANKS, "");
const plainBlanks = (text) => text.replace(RUN_OF_BLANKS, " ");
const asciiLower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const codePoint = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
const two = (number) => String(number).padStart(2, "0");
const four = (number) => String(number).padStart(4, "0");

function lengthOf(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

// The calendar (proleptic Gregorian; H. Hinnant, "chrono-compatible low-level date algorithms")

function dayNumber(year, month, day) {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function civil(days) {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const index = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * index + 2) / 5) + 1;
  const month = index < 10 ? index + 3 : index - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function daysInMonth(year, month) {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function dayOf(year, month, day) {
  const real = year >= FIRST_YEAR && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return real ? dayNumber(year, month, day) : null;
}

function readDay(text) {
  const match = DAY.exec(text);
  return match ? dayOf(Number(match[1]), Number(match[2]), Number(match[3])) : null;
}

function isoDay(days) {
  const [year, month, day] = civil(days);
  return `${four(year)}-${two(month)}-${two(day)}`;
}

function refuseDay(text, otherwise) {
  if (DAY.test(text)) return refuse("no-such-day");
  if (TWO_DIGIT_YEAR.test(text)) return refuse("two-digit-year");
  const match = NUMERIC_DATE.exec(text);
  if (match) {
    const [first, second, year] = [Number(match[1]), Number(match[3]), Number(match[4])];
    const both = dayOf(year, second, first) !== null && dayOf(year, first, second) !== null;
    if (both && first !== second) return refuse("ambiguous-date");
  }
  return refuse(otherwise);
}

function readTime(text) {
  const match = TIME.exec(text);
  return match ? Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] || 0) : null;
}

function writeTime(seconds, field) {
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return field.seconds ? `${text}:${two(seconds % 60)}` : text;
}

function refuseSeconds(clock, field) {
  if ((clock.length === 8) === field.seconds) return null;
  if (!field.seconds) return refuse("time-has-seconds");
  return refuse("time-lacks-seconds", {
    example: field.kind === "datetime" ? momentExample(field) : "09:30:15",
  });
}

const momentExample = (field) => (field.seconds ? "15-Apr-2024 09:30:15" : "15-Apr-2024 09:30");

function whyNoTime(text, field) {
  if (!field.seconds) return refuse("not-a-time", { wanted: "hours and minutes", example: "09:30" });
  if (LOOSE_CLOCK.test(text)) return refuse("time-lacks-seconds", { example: "09:30:15" });
  return refuse("not-a-time", { wanted: "hours, minutes and seconds", example: "09:30:15" });
}

// Numbers

function tooLarge(digits) {
  return digits.length > MOST_DIGITS ? refuse("number-too-large", { most: String(MOST_DIGITS) }) : null;
}

// Why a text is no number: a comma, a comparator that the field does not take, or anything else.

function whyNoNumber(text, whole, comparators = []) {
  let trouble = "";
  let wanted = whole
    ? "digits only, for example 12"
    : "digits, with a decimal point if needed, for example 38.1";
  if (comparators.length) wanted += `; or ${comparators[0]}0.3 if you know only a limit`;
  const [limit, comma, parted] = [
    comparators.length ? null : LIMIT.exec(text),
    COMMA.exec(text),
    THOUSANDS.exec(text),
  ];
  const sign = text.startsWith("-") ? "-" : "";
  const readings = [];
  if (comma && !whole) readings.push(`${sign}${comma[2].replace(/^0+/, "") || "0"}.${comma[3]}`);
  if (parted && !parted[2].startsWith("0") && !(whole && parted[3])) {
    readings.push(`${sign}${parted[2].replaceAll(",", "")}${parted[3] || ""}`);
  }
  if (limit) {
    trouble = ": it is a limit, but this field accepts exact numbers only";
    const digits = whole ? limit[2].split(".")[0] : limit[2];
    const number = /^-0(?:\.0*)?$/.test(digits) ? "0" : digits;
    wanted =
      `an exact number, for example ${number}; ` +
      "if you know only the limit, give a reason why there is no value";
  } else if (readings.length) {
    trouble = ": the comma could separate decimals or thousands";
    wanted = `a decimal point and no thousands separator: ${readings.join(" or ")}`;
  }
  return refuse(whole ? "not-an-integer" : "not-a-number", { trouble, wanted });
}

function writeNumber(scaled) {
  const minus = scaled < 0n;
  const size = minus ? -scaled : scaled;
  const decimals = String(size % SCALE)
    .padStart(PLACES, "0")
    .replace(/0+$/, "");
  return (minus ? "-" : "") + String(size / SCALE) + (decimals ? `.${decimals}` : "");
}

// One parser for each kind

function parseText(text, field) {
  if (!stripBlanks(text)) return refuse("only-blanks");
  const broken = SURROGATE.exec(text);
  if (broken) return refuse("broken-character", { character: codePoint(broken[0]) });
  const control = (field.multiline ? CONTROL_BUT_LINES : CONTROL).exec(text);
  if (control && LINE_BREAKS.includes(control[0]) && !field.multiline) return refuse("line-break");
  if (control) return refuse("control-character", { character: codePoint(control[0]) });
  const given = lengthOf(text);
  if (field.minLength !== null && given < field.minLength) {
    return refuse("too-short", { given: String(given), least: String(field.minLength) });
  }
  if (field.maxLength !== null && given > field.maxLength) {
    return refuse("too-long", { given: String(given), most: String(field.maxLength) });
  }
  if (field.pattern && !compiled(field.pattern.expression).test(text)) {
    return refuse("pattern-mismatch", { says: field.pattern.says });
  }
  return accept(text);
}

const compiledPatterns = new Map();

function compiled(expression) {
  if (!compiledPatterns.has(expression)) {
    compiledPatterns.set(expression, new RegExp(`^(?:${expression})$`, "u"));
  }
  return compiledPatterns.get(expression);
}

function parseInteger(text) {
  const match = INTEGER.exec(text);
  if (!match || text === "-0") return whyNoNumber(text, true);
  return tooLarge(match[1]) || accept(BigInt(text) * SCALE);
}

function parseDecimal(text, field) {
  const match = DECIMAL.exec(text);
  if (!match || MINUS_ZERO.test(text)) return whyNoNumber(text, false);
  const [, minus, whole, decimals = ""] = match;
  const refused = tooLarge(whole);
  if (refused) return refused;
  const most = field.places === null ? PLACES : field.places;
  if (decimals.length > most) {
    return refuse("too-many-places", { given: String(decimals.length), most: String(most) });
  }
  const size = BigInt(whole) * SCALE + BigInt(decimals.padEnd(PLACES, "0"));
  return accept(minus ? -size : size);
}

function parseBounded(text, field) {
  const match = BOUNDED.exec(text);
  if (!match || MINUS_ZERO.test(match[2])) return whyNoNumber(text, false, field.comparators);
  const [, given = "", number] = match;
  if (given && !field.comparators.includes(given)) {
    return refuse("comparator-not-taken", { given, taken: field.comparators.join(" or ") });
  }
  const places = field.places === null ? PLACES - 1 : Math.min(field.places, PLACES - 1);
  const parsed = parseDecimal(number, { places });
  return parsed.ok ? accept({ comparator: given || "=", number: parsed.value }) : parsed;
}

const writeBounded = ({ comparator, number }) => (comparator === "=" ? "" : comparator) + writeNumber(number);

function parseBoolean(text) {
  return text === "true" || text === "false" ? accept(text === "true") : refuse("not-a-boolean");
}

function parseDate(text) {
  const day = readDay(text);
  return day === null ? refuseDay(text, "not-a-date") : accept({ d: day });
}

function parsePartialDate(text) {
  const day = readDay(text);
  if (day !== null) return accept({ from: day, to: day });
  const match = MONTH_OR_YEAR.exec(text);
  const year = match ? Number(match[1]) : 0;
  if (year < FIRST_YEAR) return refuseDay(text, "not-a-partial-date");
  const [first, last] = match[2] ? [Number(match[2]), Number(match[2])] : [1, 12];
  return accept({
    from: dayNumber(year, first, 1),
    to: dayNumber(year, last, daysInMonth(year, last)),
  });
}

function parseTime(text, field) {
  const seconds = readTime(text);
  if (seconds === null) return whyNoTime(text, field);
  return refuseSeconds(text, field) || accept({ t: seconds });
}

function parseDatetime(text, field) {
  const position = text.indexOf("T");
  const clock = text.slice(position + 1);
  const seconds = readTime(clock);
  const noMoment = () => refuse("not-a-datetime", { example: momentExample(field) });
  if (position < 0 || seconds === null) return noMoment();
  const dayText = text.slice(0, position);
  const day = readDay(dayText);
  if (day === null) return DAY.test(dayText) ? refuse("no-such-day") : noMoment();
  return refuseSeconds(clock, field) || accept({ s: day * 86400 + seconds });
}

// Durations

function countsOf(text) {
  const match = DURATION.exec(text);
  return match ? match.slice(1).map((count) => Number(count || 0)) : null;
}

function parseDuration(text) {
  const counts = countsOf(text);
  if (!counts) return refuse("not-a-duration");
  const [years, months, days, hours, minutes, seconds] = counts;
  return accept({
    months: 12 * years + months,
    seconds: 86400 * days + 3600 * hours + 60 * minutes + seconds,
  });
}

function durationText(counts) {
  const parts = counts.map((count, index) => (count ? `${count}${"YMDHMS"[index]}` : ""));
  const [days, clock] = [parts.slice(0, 3).join(""), parts.slice(3).join("")];
  return clock ? `P${days}T${clock}` : days ? `P${days}` : "PT0S";
}

function writeDuration({ months, seconds }) {
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  return durationText([
    Math.floor(months / 12),
    months % 12,
    Math.floor(hours / 24),
    hours % 24,
    minutes % 60,
    seconds % 60,
  ]);
}

function showDuration(text) {
  const parts = countsOf(text).map(
    (count, index) => `${count} ${DURATION_WORDS[index]}${count === 1 ? "" : "s"}`,
  );
  return parts.filter((words) => !words.startsWith("0 ")).join(" ") || "0 seconds";
}

/* A list of codes may be long and shared by many fields: it is gone through once. */
const indexes = new WeakMap();

function indexOf(codes) {
  const known = indexes.get(codes);
  if (known) return known;
  const index = { byCode: new Map(codes.map((entry) => [entry.code, entry])), byWord: new Map() };
  for (const entry of codes) {
    for (const word of [entry.code, entry.label, ...entry.synonyms]) {
      const key = asciiLower(stripBlanks(word));
      index.byWord.set(key, (index.byWord.get(key) || new Set()).add(entry.code));
    }
  }
  indexes.set(codes, index);
  return index;
}

const codeOf = (text, field) => indexOf(field.codes).byCode.get(text);

/* The codes that a word names: as code, label or synonym, in any case. */
const namedBy = (word, field) => [...(indexOf(field.codes).byWord.get(asciiLower(word)) || [])];

// "is the label of X1 and of X2", "may be the code C5 or the label of X3"

function meantBy(word, codes, field) {
  const typed = asciiLower(stripBlanks(word));
  const isLabel = (answer) => asciiLower(stripBlanks(answer.label)) === typed;
  const isCode = (answer) => asciiLower(answer.code) === typed;
  const answers = codes.map((code) => codeOf(code, field));
  if (answers.every((answer) => isLabel(answer) && !isCode(answer)))
    return `is the label of ${codes.join(" and of ")}`;
  const role = (answer) =>
    isCode(answer)
      ? `the code ${answer.code}`
      : `the ${isLabel(answer) ? "label" : "synonym"} of ${answer.code}`;
  return `may be ${answers.map(role).join(" or ")}`;
}

function unknownChoice(choice, field) {
  const meant = namedBy(stripBlanks(choice), field);
  if (meant.length > 1) return refuse("ambiguous-choice", { choice, meant: meantBy(choice, meant, field) });
  const offered = field.codes.filter((entry) => !field.retired.includes(entry.code));
  const codes = (offered.length ? offered : field.codes).map((entry) => entry.code);
  const named = codes.slice(0, NAMED_CODES).join(", ");
  return refuse("unknown-choice", {
    choice,
    codes: named + (codes.length > NAMED_CODES ? ", ..." : ""),
  });
}

function parseChoice(text, field) {
  return codeOf(text, field) ? accept(text) : unknownChoice(text, field);
}

function refuseChoices(given, field) {
  if (given.length > 1 && given.includes("")) return refuse("empty-choice");
  const unknown = given.find((code) => !codeOf(code, field));
  if (unknown !== undefined) return unknownChoice(unknown, field);
  const twice = given.find((code, index) => given.indexOf(code) < index);
  if (twice !== undefined) return refuse("repeated-choice", { choice: twice });
  const alone = given.map((code) => codeOf(code, field)).find((entry) => entry.exclusive);
  if (given.length > 1 && alone)
    return refuse("exclusive-choice", { choice: alone.code, label: alone.label });
  if (field.most !== null && given.length > field.most) {
    return refuse("too-many-choices", { count: String(given.length), most: String(field.most) });
  }
  return null;
}

function parseChoices(text, field) {
  const given = text.split(";");
  const chosen = () => field.codes.map((entry) => entry.code).filter((code) => given.includes(code));
  return refuseChoices(given, field) || accept(chosen());
}

function isFileName(name) {
  return (
    lengthOf(name) <= LONGEST_NAME &&
    !CONTROL.test(name) &&
    !SURROGATE.test(name) &&
    stripBlanks(name) === name &&
    !name.startsWith(".") &&
    !name.endsWith(".")
  );
}

function parseFile(text, field) {
  const match = FILE.exec(text);
  if (!match || !isFileName(match[1])) return refuse("not-a-file");
  const dot = match[1].lastIndexOf(".");
  const ending = dot < 0 ? "" : asciiLower(match[1].slice(dot + 1));
  if (field.endings.length && !field.endings.map(asciiLower).includes(ending)) {
    return refuse("file-ending", { endings: field.endings.join(", ") });
  }
  return accept(text);
}

// How the study writes an answer

function showDate(text) {
  const [year, month, day] = text.split("-");
  return `${day || "UN"}-${month ? MONTHS[Number(month) - 1] : "UNK"}-${year}`;
}

function showMoment(text) {
  const [day, clock] = text.split("T");
  return `${showDate(day)} ${clock}`;
}

const showChoices = (text, field) =>
  text
    .split(";")
    .map((code) => codeOf(code, field).label)
    .join(", ");

function writePartialDate({ from, to }) {
  if (from === to) return isoDay(from);
  const [year, first] = civil(from);
  return civil(to)[1] === first ? `${four(year)}-${two(first)}` : four(year);
}

const writeDatetime = ({ s }, field) => {
  const day = Math.floor(s / 86400);
  return `${isoDay(day)}T${writeTime(s - day * 86400, field)}`;
};

const same = (text) => text;
const KINDS = {
  text: { parse: parseText, write: same, show: same },
  integer: { parse: parseInteger, write: writeNumber, show: same },
  decimal: { parse: parseDecimal, write: writeNumber, show: same },
  bounded: { parse: parseBounded, write: writeBounded, show: same },
  boolean: { parse: parseBoolean, write: String, show: (text) => (text === "true" ? "Yes" : "No") },
  date: { parse: parseDate, write: ({ d }) => isoDay(d), show: showDate },
  partial_date: { parse: parsePartialDate, write: writePartialDate, show: showDate },
  time: { parse: parseTime, write: ({ t }, field) => writeTime(t, field), show: same },
  datetime: { parse: parseDatetime, write: writeDatetime, show: showMoment },
  duration: { parse: parseDuration, write: writeDuration, show: showDuration },
  choice: { parse: parseChoice, write: same, show: (text, field) => codeOf(text, field).label },
  choices: { parse: parseChoices, write: (codes) => codes.join(";"), show: showChoices },
  file: { parse: parseFile, write: same, show: (text) => text.slice(text.lastIndexOf("/") + 1) },
};

const parse = (text, field) => KINDS[field.kind].parse(text, field);
const write = (value, field) => KINDS[field.kind].write(value, field);

function shownAs(text, field) {
  const reason = field.missing.find((entry) => entry.code === text);
  if (reason) return reason.label;
  return parse(text, field).ok ? KINDS[field.kind].show(text, field) : text;
}

function fill(template, words) {
  return template.replace(/\{\{|\}\}|\{([a-z_]+)\}/g, (mark, name) => (name ? String(words[name]) : mark[0]));
}

export {
  asciiLower,
  civil,
  codeOf,
  dayNumber,
  daysInMonth,
  durationText,
  fill,
  isoDay,
  namedBy,
  parse,
  plainBlanks,
  readDay,
  shownAs,
  stripBlanks,
  write,
};
