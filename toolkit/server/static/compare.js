// One article by two models, sentence beside sentence.

import * as api from "./api.js";
import { count, duration, el, show } from "./dom.js";
import { marked, numbered, percent, reasons, shade } from "./sentences.js";

export async function compareView(info, signal, one, other) {
  let [first, second] = await Promise.all([api.job(one), api.job(other)]);
  if (["queued", "running"].includes(second.state)) {
    const stage = el("p", {}, "At work");
    show("input", first.name, el("h1", {}, first.name), el("div", { class: "card" }, stage, el("progress", { "aria-label": "Progress" })));
    for await (const { data } of api.events(other, signal)) {
      if (data.total) stage.textContent = `${data.stage}, ${data.done} of ${data.total}`;
    }
    second = await api.job(other);
  }
  if (second.state !== "done") throw new Error(second.error?.message ?? second.state);
  const model = (job) => job.result.provenance?.translation?.model ?? "model";
  const seconds = (job) => duration(job.result.seconds?.translation ?? 0);
  const others = new Map(numbered(second.result).map(({ segment }) => [segment.source, segment]));
  const rows = numbered(first.result);
  const alike = rows.filter(({ segment }) => others.get(segment.source)?.target === segment.target).length;
  const cell = (segment) => segment
    ? el("div", { class: shade(segment.confidence), lang: "en" }, marked(segment.target, segment.doubts.filter((each) => each.side === "target")),
      segment.confidence !== null && el("span", { class: "sure" }, ` ${percent(segment.confidence)}`), reasons(segment))
    : el("div", { class: "muted" }, "not translated");
  const mean = (job) => {
    const known = numbered(job.result).map(({ segment }) => segment.confidence).filter((each) => each !== null);
    return known.length ? percent(known.reduce((sum, each) => sum + each, 0) / known.length) : "unknown";
  };
  show("input", first.name, el("h1", {}, first.result.title || first.name),
    el("p", { class: "muted" }, `${count(alike, "sentence")} of ${rows.length} are the same. Mean confidence: ${mean(first)} and ${mean(second)}; time: ${seconds(first)} and ${seconds(second)}.`),
    el("section", { class: "card", "aria-label": "Comparison" },
      el("div", { class: "sentence compared" }, el("span", { class: "number" }), el("strong", {}, "Source"), el("strong", {}, model(first)), el("strong", {}, model(second))),
      rows.map(({ segment, number }) => el("div", { class: "sentence compared" },
        el("span", { class: "number" }, number),
        el("div", { class: "source", lang: "fr" }, segment.source), cell(segment), cell(others.get(segment.source))))),
    el("p", {}, el("a", { href: `#/jobs/${first.id}` }, "Back to the first")));
}
