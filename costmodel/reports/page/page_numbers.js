// Numbers as people read and write them. To compute with, and in the address, they are plain: a point, no grouping.

const numbers = (options) => new Intl.NumberFormat(data.locale, options);
const places = (count) => ({ minimumFractionDigits: count, maximumFractionDigits: count });
const FINEST = 9; // decimals of an amount: a nano-unit is enough
const NOISE = 1e-12; // of the largest amount: what floats leave behind of sums that come to nothing
let noise = 0;

// The currency's decimals, or more where an amount would show as nothing: as `results/estimate.py` shows costs.
function amountText(x) {
  let count = data.places;
  const size = Math.abs(x) <= noise ? 0 : Math.abs(x);
  while (size && Number(size.toFixed(count)) < 0.1 && count < FINEST) count += 1;
  return numbers(places(count)).format(size && x);
}

const FORMATS = {
  money: { format: amountText },
  record: numbers({ maximumSignificantDigits: 4 }),
  share: numbers({ style: "percent", ...places(2) }),
  ratio: numbers(places(2)),
  hours: numbers(places(1)),
};
const plain = numbers({ maximumSignificantDigits: 6 });
const near4 = numbers({ maximumSignificantDigits: 4 });
const compact = numbers({ notation: "compact", maximumSignificantDigits: 3 });
const money = (x) => `${amountText(x)} ${data.currency}`;
const hoursText = (x) => numbers({ maximumFractionDigits: x < 1000 ? 1 : 0 }).format(x);
const withUnit = (field, x, format = plain) => `${format.format(x)}${field.unit === "%" ? " %" : field.unit ? ` ${field.unit}` : ""}`;

// What a field takes: plain digits with the decimal sign of the language, or groups of three as it writes them. A sign
// of another language is never guessed at: "1.5" where the comma is the decimal sign is no number, and neither is "1.000"
// where the point is: nobody writes three decimals that are nothing, but one thousand may be meant.

const signs = Object.fromEntries(numbers(places(1)).formatToParts(1234567.5).map((part) => [part.type, part.value]));
const literal = (text) => text.replace(/[^\w]/g, "\\$&");
const WRITTEN = new RegExp(
  `^([-−]?)(\\d*|[1-9]\\d{0,2}(?:${literal(signs.group)}\\d{3})+)(?:${literal(signs.decimal)}(\\d*))?$`,
);

// The number of a text; NaN where it is none, or could be another one.
function numberIn(text) {
  const [, sign, digits, part = ""] = WRITTEN.exec(text.trim()) ?? [];
  if ((!digits && !part) || (part === "000" && /^[1-9]\d{0,2}$/.test(digits))) return NaN;
  return Number(`${sign && "-"}${digits.replaceAll(signs.group, "") || "0"}.${part || "0"}`);
}

// A plain number as a field shows it: `numberIn` gives the same number again.
function fieldText(text) {
  if (!/e/i.test(text)) return text.replace(".", signs.decimal);
  return numbers({ maximumSignificantDigits: 17, useGrouping: false }).format(Number(text));
}
