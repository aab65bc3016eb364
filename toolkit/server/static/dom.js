// Elements are built from values; text is only ever set as text, so nothing in it is markup.

export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// What screen readers are told without the focus moving.
export function say(text) {
  document.getElementById("said").textContent = text;
}

export function show(view, title, ...content) {
  const main = document.getElementById("main");
  main.replaceChildren(...content.flat(Infinity).filter(Boolean));
  document.title = title ? `${title} – toolkit` : "toolkit";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

export function notice(error) {
  return el("p", { class: "notice", role: "alert" }, error.message || String(error));
}

export function select(id, choices, chosen) {
  const made = el("select", { id, name: id });
  for (const [value, label] of choices) {
    const option = el("option", { value }, label);
    option.selected = value === chosen;
    made.append(option);
  }
  return made;
}

export function field(label, control, hint) {
  const described = hint ? `${control.id}-hint` : undefined;
  if (described) control.setAttribute("aria-describedby", described);
  return el("div", {}, el("label", { for: control.id }, label), control,
    hint && el("span", { id: described, class: "muted small" }, hint));
}

export function duration(seconds) {
  if (seconds < 1) return "under a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

export function when(value) {
  if (value === null || value === undefined) return "";
  const date = typeof value === "number" ? new Date(value * 1000) : new Date(value);
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
