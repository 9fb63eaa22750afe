// What the page does with what it computes. Every text is set as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const say = (key, parts = {}) => data.words[key].replace(/\{(\w+)\}/g, (_, name) => parts[name]);
const STEPS = 600; // of a scan for break-evens, which is the chart's line too
const HALVINGS = 60; // of a step of the scan: then floats have no middle left
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]; // Okabe and Ito
const DASHES = ["", "7 3", "2 3"];

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
  if (entry !== except) entry.value = fieldText(shown);
  if (slider && slider !== except) slider.value = shown;
  entry.setAttribute("aria-valuenow", shown);
  for (const item of [entry, slider]) item?.setAttribute("aria-valuetext", withUnit(field, Number(shown)));
  entry.removeAttribute("aria-invalid");
  $(`e${index}`).textContent = "";
  mark(index);
}

function typed(index) {
  const field = data.fields[index];
  const entry = $(`n${index}`);
  const shown = numberIn(entry.value);
  if (!accepted(field, shown)) {
    entry.setAttribute("aria-invalid", "true");
    $(`e${index}`).textContent = mistakeWords(field, entry.value.trim() !== "" && Number.isNaN(shown));
    return;
  }
  put(index, shown);
  show(index, entry);
  soon();
}

// What is wrong with a text: it is no number as the language writes one, or a number beyond its limits.
function mistakeWords(field, unread) {
  if (!unread) return say("invalid", { limits: limitWords(field) });
  const example = 1234.5;
  return say("unread", { plain: fieldText(String(example)), grouped: numbers(places(1)).format(example) });
}

// A step up or down by key, from the last good number, within the limits.
function stepped(index, event) {
  const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
  if (!way || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  const field = data.fields[index];
  const now = changed.has(index) ? changed.get(index) : Number(field.shown);
  const next = Number((now + way * field.step).toPrecision(12));
  const shown = Math.min(Math.max(next, field.low ?? -Infinity), field.high ?? Infinity);
  if (!accepted(field, shown)) return;
  put(index, shown);
  show(index);
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
