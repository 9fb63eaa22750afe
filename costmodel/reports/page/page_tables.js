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
  return kept.length ? found.indexOf(kept[0]) : -1;
}

function summary(out) {
  const index = best(out);
  if (index < 0) return say("no_number");
  const who = asOption(index);
  const months = data.months.length;
  const outcome = out[data.outcome[index]];
  if (data.worth.length) return say(outcome > 0 ? "worth" : "not_worth", { who, months, npv: money(outcome) });
  const key = data.options.length > 1 ? "cheapest" : "one_cost";
  return say(key, { who, months, cost: money(outcome), month: money(outcome / months) });
}

function guards(out) {
  const failed = data.conditions.filter((item) => out[item.at] !== 1).map((item) => item.words);
  const unknown = out.some((x) => typeof x === "number" && !known(x)) ? [say("no_number")] : [];
  return [...new Set([...failed, ...unknown])];
}
