// The models that there are, and getting one.

import * as api from "./api.js";
import { el, notice, show } from "./dom.js";

export async function modelsView(info, signal) {
  const models = await api.models();
  if (signal.aborted) return;
  const problems = el("div", { "aria-live": "assertive" });
  const pull = async (id) => {
    try {
      location.hash = `/jobs/${(await api.pull(id)).id}`;
    } catch (error) {
      problems.replaceChildren(notice(error));
    }
  };
  show("models", "Models", el("h1", {}, "Models"), problems,
    el("p", { class: "muted" }, "A model is downloaded once and stays on this machine."),
    el("div", { class: "card" },
      el("table", { class: "stacking" },
        el("thead", {}, el("tr", {}, ["Model", "What it is", "Licence", "Size", "State"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, models.map((each) => el("tr", {},
          el("td", {}, el("strong", {}, each.id)),
          el("td", {}, each.title),
          el("td", {}, each.licence),
          el("td", {}, each.size_mb ? `${(each.size_mb / 1000).toFixed(1)} GB` : ""),
          el("td", {}, each.in_use ? "in use" : each.installed ? "installed"
            : el("button", { type: "button", onclick: () => pull(each.id), "aria-label": `Get ${each.id}` }, "Get it"))))))));
}
