// What the page does with what it computes. Every text is set as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const say = (key, parts = {}) => data.words[key].replace(/\{(\w+)\}/g, (_, name) => parts[name]);
const STEPS = 600; // of a scan for break-evens, which is the chart's line too
const HALVINGS = 60; // of a step of the scan: then floats have no middle left
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]; // Okabe and Ito
const DASHES = ["", "7 3", "2 3"];

// Numbers as people read them

const numbers = (options) => new Intl.NumberFormat(data.locale, options);
const whole = { minimumFractionDigits: data.places, maximumFractionDigits: data.places };
const FORMATS = {
  money: numbers(whole),
  record: numbers({ maximumSignificantDigits: 4 }),
  share: numbers({ style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  ratio: numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  hours: numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 }),
};
const plain = numbers({ maximumSignificantDigits: 6 });
const near4 = numbers({ maximumSignificantDigits: 4 });
const compact = numbers({ notation: "compact", maximumSignificantDigits: 3 });
const money = (x) => `${FORMATS.money.format(x)} ${data.currency}`;
const withUnit = (field, x, format = plain) => `${format.format(x)}${field.unit === "%" ? " %" : field.unit ? ` ${field.unit}` : ""}`;
const asOption = (index) => data.options[index];

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// State: the numbers to compute with, and as shown those that were changed

const values = data.fields.map((field) => field.value);
const changed = new Map();
let chosen = data.first;
let drawn = "";

const computed = (field, shown) => shown / field.per;

function accepted(field, shown) {
  if (!Number.isFinite(shown)) return false;
  if (field.low !== null && (shown < field.low || (field.above && shown === field.low))) return false;
  return field.high === null || shown <= field.high;
}

function limitWords(field) {
  const words = [];
  if (field.low !== null) words.push(`${field.above ? say("above") : say("from")} ${plain.format(field.low)}`);
  if (field.high !== null) words.push(`${say("to")} ${plain.format(field.high)}`);
  return words.join(" ");
}

function put(index, shown) {
  const field = data.fields[index];
  if (String(shown) === field.shown || computed(field, shown) === field.value) {
    changed.delete(index);
    values[index] = field.value;
  } else {
    changed.set(index, shown);
    values[index] = computed(field, shown);
  }
}

function mark(index) {
  const box = $(`n${index}`).closest(".field");
  if (box) box.classList.toggle("changed", changed.has(index));
}

function show(index, except) {
  const field = data.fields[index];
  const shown = changed.has(index) ? String(changed.get(index)) : field.shown;
  const entry = $(`n${index}`);
  const slider = $(`r${index}`);
  if (entry !== except) entry.value = shown;
  if (slider && slider !== except) slider.value = shown;
  if (slider) slider.setAttribute("aria-valuetext", withUnit(field, Number(shown)));
  entry.removeAttribute("aria-invalid");
  $(`e${index}`).textContent = "";
  mark(index);
}

function typed(index) {
  const field = data.fields[index];
  const entry = $(`n${index}`);
  const shown = entry.value.trim() === "" ? NaN : Number(entry.value);
  if (!accepted(field, shown)) {
    entry.setAttribute("aria-invalid", "true");
    $(`e${index}`).textContent = say("invalid", { limits: limitWords(field) });
    return;
  }
  put(index, shown);
  show(index, entry);
  soon();
}

// The address: changed numbers only, by their names

function addressed() {
  const parts = new URLSearchParams();
  for (const [index, shown] of changed) parts.set(data.fields[index].key, String(shown));
  const text = parts.toString();
  try {
    history.replaceState(null, "", text ? `#${text}` : location.href.split("#")[0]);
  } catch {
    // Inside a frame without an address there is none to keep.
  }
}

function readAddress() {
  const ignored = [];
  const places = new Map(data.fields.map((field, index) => [field.key, index]));
  changed.clear();
  data.fields.forEach((field, index) => (values[index] = field.value));
  if (location.hash.includes("=")) {
    for (const [key, text] of new URLSearchParams(location.hash.slice(1))) {
      const index = places.get(key);
      if (index !== undefined && text.trim() !== "" && accepted(data.fields[index], Number(text))) put(index, Number(text));
      else ignored.push(key);
    }
  }
  data.fields.forEach((_, index) => show(index));
  $("message").textContent = ignored.length ? say("ignored", { names: ignored.join(", ") }) : "";
  render();
}
