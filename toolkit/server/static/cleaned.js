// The article of a page, and what went, with why.

import { count, el, show } from "./dom.js";
import { percent } from "./sentences.js";

export function cleanedView(job, toolbar) {
  const { result } = job;
  const lines = result.lines.filter((line) => line.text.trim());
  const dropped = lines.filter((line) => !line.kept);
  show("input", result.title || job.name,
    el("h1", {}, result.title || job.name), toolbar,
    el("section", { class: "card", "aria-labelledby": "article" },
      el("h2", { id: "article" }, "Article"),
      result.text.split("\n\n").map((paragraph) => el("p", { lang: result.metadata?.language || "fr" }, paragraph))),
    el("details", { class: "card" },
      el("summary", {}, `What went: ${count(dropped.length, "line")}`),
      el("table", { class: "stacking" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Line"), el("th", { scope: "col" }, "Text"), el("th", { scope: "col" }, "Why"))),
        el("tbody", {}, dropped.map((line) => el("tr", {},
          el("td", {}, `${line.line}`), el("td", {}, line.text),
          el("td", {}, line.reason, line.probability > 0.2 && el("span", { class: "sure" }, ` article: ${percent(line.probability)}`))))))));
}
