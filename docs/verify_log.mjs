// Verifies a log of events without crfsmith: its chain, its numbers, and its signed head.
//
//     node verify_log.mjs log/events.jsonl [log/head.json]
//
// The second file may be any head: the package's own, or one that you kept elsewhere. Exit status: 0 if
// everything is as it was written, 1 if it is not, 2 if the files cannot be read. It needs no other file,
// and the functions below run in any JavaScript engine. Bytes are characters from 0 to 255.

const LINE = new RegExp(
  '^\\{"at":"[0-9T:.-]{26}Z","before":"([0-9a-f]{64}|)",[^\\n]*' +
    '"kind":"[a-z-]+","number":([1-9][0-9]{0,15})(?:,"place":\\{[^\\n]*\\})?' +
    '(?:,"redacted":"([0-9a-f]{64})")?\\}$',
);

// The lines of a log, the hash of its newest line, and the first fault (number 0: there is none).
function verifyLog(text, head = null, hash = sha256) {
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  const signed = head ? { [head.number]: head.sha256 } : {};
  const result = (number, code, newest) => ({ lines: lines.length, number, code, sha256: newest });
  let before = "";
  const found = new Map();
  const named = new Map();
  for (let index = 0; index < lines.length; index += 1) {
    const number = index + 1;
    const match = LINE.exec(lines[index]);
    if (!match) return result(number, "log-line-unreadable", "");
    if (match[2] !== String(number)) return result(number, "log-line-number", "");
    const digest = match[3] || hash(lines[index]);
    if (match[1] !== before) {
      return unlinked(lines, number, digest, signed[number], result);
    }
    if (number in signed && signed[number] !== digest) return result(number, "log-rewritten", "");
    // Text was taken out of this line: it stands for the hash that it had.
    if (match[3]) found.set(number, `${digest} ${hash(lines[index])}`);
    if (lines[index].includes(REDACTION)) {
      for (const [line, hashes] of namedLines(lines[index])) named.set(line, hashes);
    }
    before = digest;
  }
  if (head && head.number > lines.length) return result(lines.length + 1, "log-cut", before);
  return unnamed(found, named, result) || result(0, "", before);
}

// A later line has to name a redacted line, with the hash that it had and the one that it has now.
const REDACTION = '"kind":"text-redacted"';

function namedLines(line) {
  try {
    const rows = JSON.parse(line).details.redacted.filter((row) => row.table === "event");
    return rows.map((row) => [row.number, `${row.sha256} ${row.now}`]);
  } catch {
    return [];
  }
}

function unnamed(found, named, result) {
  const numbers = [...new Set([...found.keys(), ...named.keys()])].sort((one, two) => one - two);
  for (const number of numbers) {
    if (!found.has(number)) return result(number, "log-redaction-undone", "");
    if (named.get(number) !== found.get(number)) return result(number, "log-redaction-unnamed", "");
  }
  return null;
}

// A line that does not continue the one before. It was the line before that was changed, if the next
// line or the head still knows this one.
function unlinked(lines, number, digest, signed, result) {
  const next = number < lines.length ? LINE.exec(lines[number]) : null;
  const known = next ? next[1] : signed;
  if (known === digest && number > 1) return result(number - 1, "log-line-changed", "");
  return result(number, "log-line-unlinked", "");
}

// JSON as RFC 8785 writes it: names in order, no blanks.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

// What the signature of a head is over: the head without its signature.
function signedText(head) {
  const { signature, ...content } = head;
  return canonical(content);
}

// SHA-256 (FIPS 180-4) of a text of bytes, in hex.
function sha256(text) {
  const words = new Uint32Array(64);
  const state = Uint32Array.from(START);
  const padded = `${text}\x80${"\0".repeat((119 - (text.length % 64)) % 64)}`;
  const bits = text.length * 8;
  const size = String.fromCharCode(
    ...[2 ** 56, 2 ** 48, 2 ** 40, 2 ** 32, 2 ** 24, 2 ** 16, 2 ** 8, 1].map(
      (unit) => Math.floor(bits / unit) % 256,
    ),
  );
  const bytes = padded + size;
  for (let block = 0; block < bytes.length; block += 64) {
    for (let index = 0; index < 16; index += 1) {
      const first = block + index * 4;
      words[index] =
        (bytes.charCodeAt(first) << 24) |
        (bytes.charCodeAt(first + 1) << 16) |
        (bytes.charCodeAt(first + 2) << 8) |
        bytes.charCodeAt(first + 3);
    }
    mix(state, words);
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

const turn = (word, by) => (word >>> by) | (word << (32 - by));

function mix(state, words) {
  for (let index = 16; index < 64; index += 1) {
    const old = words[index - 15];
    const recent = words[index - 2];
    const small = turn(old, 7) ^ turn(old, 18) ^ (old >>> 3);
    const large = turn(recent, 17) ^ turn(recent, 19) ^ (recent >>> 10);
    words[index] = words[index - 16] + small + words[index - 7] + large;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let index = 0; index < 64; index += 1) {
    const choice = (e & f) ^ (~e & g);
    const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + ROUNDS[index] + words[index]) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] += word;
  });
}

// The constants of SHA-256: fractions of the roots of the first primes.
function primes(count) {
  const listed = [];
  for (let number = 2; listed.length < count; number += 1) {
    if (listed.every((prime) => number % prime)) listed.push(number);
  }
  return listed;
}

// The first 32 bits of the fraction of a root, found bit by bit in whole numbers.
function fraction(number, power) {
  const wanted = BigInt(number) << BigInt(32 * power);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** BigInt(power) <= wanted) root += bit;
  }
  return Number(root & 0xffffffffn);
}

const START = primes(8).map((prime) => fraction(prime, 2));
const ROUNDS = primes(64).map((prime) => fraction(prime, 3));

// In node: whether the signature of a head is that of its key. Ed25519 keys are 32 bytes.
function signatureFits(head, crypto) {
  const key = crypto.createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(head.key, "hex")]),
    format: "der",
    type: "spki",
  });
  return crypto.verify(null, Buffer.from(signedText(head)), key, Buffer.from(head.signature, "hex"));
}

async function main(file, headFile) {
  const { readFileSync } = await import("node:fs");
  const crypto = await import("node:crypto");
  const hash = (text) => crypto.createHash("sha256").update(text, "latin1").digest("hex");
  const head = headFile ? JSON.parse(readFileSync(headFile, "utf8")) : null;
  const result = verifyLog(readFileSync(file, "latin1"), head, hash);
  const signed = head && head.signature ? signatureFits(head, crypto) : null;
  console.log(JSON.stringify({ ...result, signature: signed, key: (head && head.key) || null }));
  return result.number || signed === false ? 1 : 0;
}

globalThis.verifyLog = verifyLog;
globalThis.signedText = signedText;

if (typeof process !== "undefined" && process.argv && process.argv.length > 2) {
  main(...process.argv.slice(2)).then(
    (status) => {
      process.exitCode = status;
    },
    (error) => {
      console.error(error.message);
      process.exitCode = 2;
    },
  );
}
