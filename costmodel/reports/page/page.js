// Everything anew, results to take away, and the beginning; after the other scripts of this folder.

function listed(host, texts, name) {
  host.replaceChildren(...texts.map((text) => element(name, text)));
}

function drawChart(out) {
  if (!data.outcome.length || chosen === null) return;
  const points = scan(chosen);
  const { texts, marks } = breakEvens(chosen, points, out);
  $("chart-title").textContent = say(data.worth.length ? "outcome_worth" : "outcome_cost", { currency: data.currency });
  plot(chosen, points, marks);
  listed($("break-even"), texts, "p");
  $("break-even-title").hidden = !texts.length;
}

function current() {
  const out = compute(values);
  noise = noiseOf(out);
  return out;
}

function render() {
  const out = current();
  const text = summary(out);
  if ($("summary").textContent !== text) $("summary").textContent = text;
  const failed = guards(out);
  if (failed.join("\n") !== drawn) {
    drawn = failed.join("\n");
    listed($("guards"), failed, "li");
  }
  $("costs").replaceChildren(...costTable(out));
  $("worth").replaceChildren(...worthTable(out));
  $("reset").disabled = changed.size === 0;
  drawChart(out);
}

let waiting = 0;

function soon() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => {
    addressed();
    render();
  });
}

// Results to take away

const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
const asCell = (value) => (typeof value === "number" ? String(value) : quoted(safe(String(value))));

function resultRows(out) {
  const rows = [[data.title], [data.book, data.currency], []];
  for (const [figures, title] of [[data.worth, "worth_title"], [data.costs, "cost_title"]]) {
    if (!figures.length) continue;
    rows.push([say(title, { currency: data.currency }), ...data.options]);
    for (const figure of figures) {
      rows.push([say(figure.name), ...data.options.map((_, option) => figureOf(figure, option, out) ?? say("none"))]);
    }
    rows.push([]);
  }
  return rows;
}

function everything() {
  const out = compute(values);
  const rows = resultRows(out);
  for (const words of guards(out)) rows.push([words]);
  for (const [name, options] of Object.entries(data.monthly)) {
    rows.push([`${say(name)}, ${data.currency}`, ...data.options]);
    data.months.forEach((month, at) => rows.push([month, ...options.map((cells) => out[cells[at]])]));
    rows.push([]);
  }
  rows.push([say("change"), say("value"), say("unit"), say("as_delivered"), say("key")]);
  data.fields.forEach((field, index) => {
    const now = changed.has(index) ? changed.get(index) : field.today;
    rows.push([field.label, now, field.unit, field.today, field.key]);
  });
  return rows;
}

function download() {
  const text = everything().map((row) => row.map(asCell).join(",")).join("\r\n");
  const address = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: "text/csv;charset=utf-8" }));
  const link = element("a", "", { href: address, download: "what-if.csv" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function copyText() {
  const out = current();
  const lines = [...new Set([summary(out), ...guards(out)]), ""];
  for (const row of resultRows(out)) lines.push(row.map(String).join("\t"));
  for (const [index, shown] of changed) lines.push(`${data.fields[index].label}\t${shown}\t${data.fields[index].unit}`);
  return lines.join("\n");
}

function copyBySelection(text) {
  const area = element("textarea", text, { class: "hidden", "aria-hidden": "true" });
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy() {
  const text = copyText();
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copyBySelection(text);
  }
  $("message").textContent = say(done ? "copied" : "copy_failed");
  $("copy").focus();
}

// Begin

function wire() {
  data.fields.forEach((field, index) => {
    $(`n${index}`).addEventListener("input", () => typed(index));
    $(`n${index}`).addEventListener("keydown", (event) => stepped(index, event));
    $(`n${index}`).addEventListener("change", () => {
      if (!$(`n${index}`).hasAttribute("aria-invalid")) show(index);
    });
    const slider = $(`r${index}`);
    if (!slider) return;
    slider.addEventListener("input", () => {
      put(index, Number(slider.value));
      show(index, slider);
      soon();
    });
    const choice = element("option", withLabel(field), { value: String(index) });
    $("over").append(choice);
  });
  if (chosen !== null) $("over").value = String(chosen);
  $("over").addEventListener("change", () => {
    chosen = Number($("over").value);
    render();
  });
  $("reset").addEventListener("click", () => {
    changed.clear();
    addressed();
    readAddress();
    $("change").scrollIntoView({ block: "nearest" });
  });
  $("copy").addEventListener("click", copy);
  $("csv").addEventListener("click", download);
  window.addEventListener("hashchange", readAddress);
  window.addEventListener("resize", () => soon());
  window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((item) => (item.open = true)));
}

wire();
readAddress();
