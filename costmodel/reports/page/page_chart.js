// The chosen number: outcomes over its range, and where they turn

function outcomesAt(index, shown) {
  const field = data.fields[index];
  const now = changed.has(index) ? changed.get(index) : field.today;
  const tried = values.slice();
  tried[index] = shown === now ? values[index] : computed(field, shown);
  const out = compute(tried);
  return data.outcome.map((at) => out[at]);
}

function scan(index) {
  const [low, high] = data.fields[index].slider;
  const found = [];
  for (let step = 0; step <= STEPS; step += 1) {
    const x = step === STEPS ? high : low + ((high - low) * step) / STEPS;
    found.push({ x, y: outcomesAt(index, x) });
  }
  return found;
}

// Where something that holds at one end of a stretch, and not at the other, changes.
function turn(index, low, high, holds) {
  const before = holds(outcomesAt(index, low));
  for (let i = 0; i < HALVINGS; i += 1) {
    const middle = (low + high) / 2;
    if (holds(outcomesAt(index, middle)) === before) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// The cheapest option; of several that cost the same, such as nothing at all, the one that is the cheapest today.
function cheapestOf(y, today) {
  const least = Math.min(...y.filter(known));
  return alike(y[today], least) ? today : y.indexOf(least);
}

// Stretches of the range in which something is the same.
function stretches(index, points, same) {
  const found = [{ from: points[0].x, what: same(points[0].y) }];
  for (let i = 1; i < points.length; i += 1) {
    const what = same(points[i].y);
    const last = found[found.length - 1];
    if (what !== last.what) {
      last.to = turn(index, points[i - 1].x, points[i].x, (y) => same(y) === last.what);
      found.push({ from: last.to, what });
    }
  }
  found[found.length - 1].to = points[points.length - 1].x;
  return found;
}

function stretchWords(field, stretch) {
  const range = { low: near4.format(stretch.from), high: withUnit(field, stretch.to, near4) };
  return say("range", range);
}

function worthWords(index, points, option) {
  const field = data.fields[index];
  const range = stretchWords(field, { from: points[0].x, to: points[points.length - 1].x });
  const parts = stretches(index, points, (y) => y[option] > 0);
  const held = parts.filter((part) => part.what);
  const who = asOption(option);
  if (!held.length) return { parts, text: `${who}: ${say("never", { range })}` };
  const now = changed.has(index) ? changed.get(index) : field.today;
  const far = (part) => Math.max(part.from - now, now - part.to, 0);
  const near = [...held].sort((a, b) => far(a) - far(b)).slice(0, 3);
  const shown = held.filter((part) => near.includes(part)).map((part) => stretchWords(field, part));
  if (held.length > near.length) shown.push(say("and_more", { count: held.length - near.length }));
  return { parts, text: say("ranges", { who, ranges: shown.join(", ") }) };
}

// Of each option the first that costs the same over the whole range: they are told of together.
function twinsOf(points) {
  const same = (a, b) => points.every(({ y }) => alike(y[a], y[b]));
  return data.options.map((_, option) => Math.max(0, data.options.findIndex((_, other) => same(other, option))));
}

// The option that the others are held against: the cheapest today; where all cost the same today, that of the middle.
function todays(points, out) {
  const now = data.outcome.map((at) => out[at]);
  const { y } = points[points.length >> 1];
  return tied(now, best(out)).length < now.length ? best(out) : y.indexOf(Math.min(...y.filter(known)));
}

function costWords(index, points, out) {
  const field = data.fields[index];
  const twins = twinsOf(points);
  const today = todays(points, out);
  const names = (first) => twins.flatMap((twin, option) => (twin === twins[first] ? [option] : []));
  const parts = stretches(index, points, (y) => twins[cheapestOf(y, today)]);
  if (parts.length === 1) {
    const equals = names(parts[0].what);
    const key = equals.length > 1 ? "same_tied" : "same_cheapest";
    return { parts, texts: [say(key, { who: optionNames(equals), range: stretchWords(field, parts[0]) })] };
  }
  const texts = parts.slice(1).map((part, i) => {
    const [a, b] = [parts[i].what, part.what].map((what) => optionNames(names(what)));
    return say("below", { at: withUnit(field, part.from, near4), a, b });
  });
  return { parts, texts };
}

function breakEvens(index, points, out) {
  const field = data.fields[index];
  const step = (points[points.length - 1].x - points[0].x) / STEPS;
  const range = stretchWords(field, { from: points[0].x, to: points[points.length - 1].x });
  const marks = [];
  let texts = [];
  if (data.worth.length) {
    const chief = best(out);
    data.options.forEach((_, option) => {
      const found = worthWords(index, points, option);
      texts.push(found.text);
      found.parts.slice(1).forEach((part) => marks.push({ x: part.from, y: 0, chief: option === chief }));
    });
  } else if (data.options.length > 1) {
    const found = costWords(index, points, out);
    texts = found.texts;
    found.parts.slice(1).forEach((part) => {
      marks.push({ x: part.from, y: outcomesAt(index, part.from)[part.what], chief: true });
    });
  }
  if (texts.length) texts.push(say("searched", { range, steps: STEPS, step: near4.format(step) }));
  return { texts, marks };
}

// The chart

const SVG = "http://www.w3.org/2000/svg";

function drawing(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== "") made.textContent = text;
  return made;
}

function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * ten).find((size) => size >= rough);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) found.push(i * step || 0); // never -0
  return found;
}

// Labels of lines stand at their ends, as far apart as their letters are high.
function spread(places, least, top, bottom) {
  const order = places.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  let above = top - least;
  for (const item of order) above = item.at = Math.max(item.y, above + least);
  let under = bottom + least;
  for (const item of order.reverse()) under = item.at = Math.min(item.at, under - least);
  return order.reduce((found, item) => ((found[item.index] = item.at), found), []);
}

function shortNames(room, letter) {
  const short = data.options.map((name) => name.split("/").pop());
  const names = new Set(short).size === short.length ? short : [...data.options];
  const most = Math.floor(room / letter);
  return names.map((name) => (name.length > most ? `${name.slice(0, most - 1)}…` : name));
}

function plot(index, points, marks) {
  const field = data.fields[index];
  const host = $("chart");
  const width = Math.max(300, Math.min(host.clientWidth || 640, 900));
  const height = Math.round(Math.min(380, Math.max(260, width * 0.5)));
  const small = width < 480;
  const room = Math.min(190, width * 0.41);
  const names = shortNames(room - 16, small ? 6.3 : 7);
  const box = { left: 54, right: width - (Math.max(...names.map((name) => name.length)) * (small ? 6.3 : 7) + 16), top: 22, bottom: height - 40 };
  const ys = points.flatMap((point) => point.y).filter(known);
  const low = Math.min(0, ...ys);
  const high = Math.max(0, ...ys);
  const pad = low < 0 ? (high - low) * 0.04 : 0;
  const [xa, xb] = [points[0].x, points[points.length - 1].x];
  const [ya, yb] = [low - pad, high + (high - low) * 0.04 || 1];
  const X = (x) => box.left + ((x - xa) / (xb - xa)) * (box.right - box.left);
  const Y = (y) => box.bottom - ((y - ya) / (yb - ya)) * (box.bottom - box.top);
  const svg = drawing("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "chart-title", class: small ? "small" : "" });
  axes(svg, box, { X, Y, x: ticks(xa, xb, small ? 4 : 7), y: ticks(ya, yb, 7) });
  svg.append(drawing("text", { x: (box.left + box.right) / 2, y: height - 6, "text-anchor": "middle" }, withLabel(field)));
  nowLine(svg, box, index, X, [xa, xb]);
  lines(svg, box, points, { X, Y, names });
  markers(svg, box, field, marks, { X, Y });
  host.replaceChildren(svg);
}

const LETTER = 6.6; // the width of a digit of the axes

const withLabel = (field) => (field.unit ? `${field.label}, ${field.unit}` : field.label);

function axes(svg, box, { X, Y, x, y }) {
  for (const at of y) {
    svg.append(drawing("line", { x1: box.left, x2: box.right, y1: Y(at), y2: Y(at), class: at === 0 ? "zero" : "grid" }));
    svg.append(drawing("text", { x: box.left - 6, y: Y(at) + 4, "text-anchor": "end", class: "quiet" }, compact.format(at)));
  }
  const { shown, texts } = fitting(x, box.right - box.left);
  shown.forEach((at, i) => {
    svg.append(drawing("line", { x1: X(at), x2: X(at), y1: box.bottom, y2: box.bottom + 4, class: "zero" }));
    svg.append(drawing("text", { x: X(at), y: box.bottom + 17, "text-anchor": "middle", class: "quiet" }, texts[i]));
  });
}

// Labels that stand apart: short ones where long ones would touch, and where these would too, only some of them.
function fitting(ticks, width) {
  const room = (count) => width / Math.max(1, count - 1);
  const long = (texts) => Math.max(...texts.map((text) => text.length)) * LETTER + LETTER;
  const short = ticks.map((at) => compact.format(at));
  let texts = ticks.map((at) => plain.format(at));
  if (long(texts) > room(ticks.length) && new Set(short).size === short.length) texts = short;
  const every = Math.ceil(long(texts) / room(ticks.length));
  const kept = (_, i) => i % every === 0;
  return { shown: ticks.filter(kept), texts: texts.filter(kept) };
}

function nowLine(svg, box, index, X, [low, high]) {
  const field = data.fields[index];
  const now = changed.has(index) ? changed.get(index) : field.today;
  if (now < low || now > high) return;
  const anchor = now > low + (high - low) * 0.85 ? "end" : now < low + (high - low) * 0.15 ? "start" : "middle";
  svg.append(drawing("line", { x1: X(now), x2: X(now), y1: box.top - 6, y2: box.bottom, class: "now" }));
  const text = say("now", { at: withUnit(field, now, near4) });
  svg.append(drawing("text", { x: X(now), y: 12, "text-anchor": anchor, class: "quiet" }, text));
}

function lines(svg, box, points, { X, Y, names }) {
  const ends = data.options.map((_, option) => {
    const last = points.filter((point) => known(point.y[option])).pop();
    return last ? Y(last.y[option]) : box.bottom;
  });
  const places = spread(ends, 15, box.top, box.bottom);
  data.options.forEach((name, option) => {
    const stroke = COLOURS[option % COLOURS.length];
    const dash = DASHES[Math.floor(option / COLOURS.length) % DASHES.length];
    const path = points.filter((point) => known(point.y[option]));
    const d = path.map((point, i) => `${i ? "L" : "M"}${X(point.x).toFixed(1)} ${Y(point.y[option]).toFixed(1)}`).join("");
    svg.append(drawing("path", { d, stroke, class: "line", ...(dash ? { "stroke-dasharray": dash } : {}) }));
    const lead = `M${box.right} ${ends[option].toFixed(1)}L${box.right + 10} ${places[option].toFixed(1)}`;
    svg.append(drawing("path", { d: lead, stroke, class: "lead" }));
    const label = drawing("text", { x: box.right + 13, y: places[option] + 4 }, names[option]);
    label.append(drawing("title", {}, name));
    svg.append(label);
  });
}

const NAMED_MARKS = 3; // break-evens with their number in the chart; all stand in the text below

function markers(svg, box, field, marks, { X, Y }) {
  for (const mark of marks) svg.append(drawing("circle", { cx: X(mark.x), cy: Y(mark.y), r: 4.5, class: "mark" }));
  const chief = marks.filter((mark) => mark.chief).sort((a, b) => a.x - b.x);
  if (!chief.length || chief.length > NAMED_MARKS) return;
  chief.forEach((mark, i) => {
    const middle = (box.left + box.right) / 2;
    const anchor = X(mark.x) > middle ? "end" : "start";
    const y = Math.max(box.top + 12, Math.min(box.bottom - 8, Y(mark.y) - 12 - 15 * i));
    const text = say("break_even_at", { at: withUnit(field, mark.x, near4) });
    svg.append(drawing("text", { x: X(mark.x) + (anchor === "end" ? -6 : 6), y, "text-anchor": anchor, class: "halo" }, text));
  });
}
