// Tables: what an option comes to, and what is found.

const known = (x) => Number.isFinite(x);

function figureOf(figure, option, out) {
  if (figure.below.length && out[figure.below[option]] === 0) return null;
  return out[figure.at[option]];
}

function shownFigure(figure, x) {
  if (x === null) return say("none");
  return known(x) ? FORMATS[figure.kind].format(x) : say("no_number");
}

function figureCell(figure, option, out) {
  const cell = element("td");
  const x = figureOf(figure, option, out);
  const inside = element("data", shownFigure(figure, x), { value: x === null ? "" : String(x) });
  inside.dataset.figure = figure.name;
  inside.dataset.option = String(option);
  cell.append(inside);
  return cell;
}

function tableOf(caption, head, kind) {
  const table = element("table", "", { class: `figures ${kind}` });
  table.append(element("caption", caption));
  const row = element("tr");
  for (const text of head) row.append(element("th", text, { scope: "col" }));
  const top = element("thead");
  top.append(row);
  const body = element("tbody");
  table.append(top, body);
  const frame = element("div", "", { class: "frame", role: "region", tabindex: "0", "aria-label": caption });
  frame.append(table);
  return [frame, body];
}

function costTable(out) {
  if (!data.costs.length) return [];
  const names = data.costs.map((figure) => say(figure.name));
  const title = say("cost_title", { currency: data.currency });
  const [frame, body] = tableOf(title, [say("option"), ...names], "cards");
  data.options.forEach((option, index) => {
    const row = element("tr");
    row.append(element("th", option, { scope: "row" }));
    data.costs.forEach((figure, place) => {
      const cell = figureCell(figure, index, out);
      cell.dataset.label = names[place];
      row.append(cell);
    });
    body.append(row);
  });
  return [frame];
}

const CHIEF = new Set(["net", "net_present_value"]);

function worthTable(out) {
  if (!data.worth.length) return [];
  const title = say("worth_title", { currency: data.currency });
  const [frame, body] = tableOf(title, [say("figure"), ...data.options], "");
  for (const figure of data.worth) {
    const row = element("tr", "", CHIEF.has(figure.name) ? { class: "chief" } : {});
    row.append(element("th", say(figure.name), { scope: "row" }));
    data.options.forEach((_, index) => row.append(figureCell(figure, index, out)));
    body.append(row);
  }
  return [frame];
}

// What is found

function best(out) {
  const found = data.outcome.map((at) => out[at]);
  const order = data.worth.length ? (a, b) => b - a : (a, b) => a - b;
  const kept = found.filter(known).sort(order);
  return kept.length ? tied(found, found.indexOf(kept[0]))[0] : -1;
}

// What floats leave behind beside the largest amount.
function noiseOf(out) {
  const amounts = [...data.worth, ...data.costs].filter((figure) => figure.kind === "money").flatMap((figure) => figure.at);
  return NOISE * amounts.reduce((most, at) => (known(out[at]) ? Math.max(most, Math.abs(out[at])) : most), 0);
}

const alike = (a, b) => Math.abs(a - b) <= NOISE * Math.max(Math.abs(a), Math.abs(b));

// Options that come to the same as one of them, that one among them.
const tied = (found, index) => found.flatMap((x, at) => (alike(x, found[index]) ? [at] : []));

function optionNames(places, type = "conjunction") {
  return new Intl.ListFormat(data.locale, { type }).format(places.map(asOption));
}

function periodWords() {
  const count = data.months.length;
  return count === 1 ? say("one_month") : say("some_months", { count });
}

// What the figures come to; where something that they need does not hold, that, and no figure.
function summary(out) {
  const broken = brokenWords(out);
  if (broken.length) return broken[0];
  const index = best(out);
  if (index < 0) return say("no_number");
  const equals = tied(data.outcome.map((at) => out[at]), index);
  const outcome = out[data.outcome[index]];
  return data.worth.length ? worthSummary(out, outcome, equals) : costSummary(outcome, equals);
}

function worthSummary(out, outcome, equals) {
  const names = optionNames(equals, "disjunction");
  const who = equals.length > 1 ? say("either", { who: names }) : names;
  const left = undoneWords(out);
  const undone = left && say("with_undone");
  const key = outcome > 0 ? "worth" : "not_worth";
  return [say(key, { who, undone, period: periodWords(), npv: money(outcome) }), left].filter(Boolean).join(" ");
}

function costSummary(outcome, equals) {
  const count = data.options.length;
  const key = count === 1 ? "one_cost" : equals.length === count ? "all_same" : equals.length > 1 ? "some_same" : "cheapest";
  const month = money(outcome / data.months.length);
  return say(key, { who: optionNames(equals), count, period: periodWords(), cost: money(outcome), month });
}

// Work that the posts which are kept cannot do, beyond what the posts before could not.
function undoneWords(out) {
  if (!data.undone.length) return "";
  const [short, hours, worth] = data.undone.map((at) => out[at]);
  if (!(short > 0)) return "";
  return say("undone", { short, months: data.months.length, hours: hoursText(hours), worth: money(worth) });
}

const brokenWords = (out) => data.conditions.filter((item) => out[item.at] !== 1).map((item) => item.words);

function guards(out) {
  const failed = brokenWords(out);
  const unknown = out.some((x) => typeof x === "number" && !known(x)) ? [say("no_number")] : [];
  return [...new Set([...failed, ...unknown])];
}
