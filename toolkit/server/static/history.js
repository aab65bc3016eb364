// What was done on this machine.

import * as api from "./api.js";
import { el, notice, show, when } from "./dom.js";

const TASKS = { summarize: "Summary", translate: "Translation", clean: "Article", pull: "Model" };
const BUSY = ["queued", "running"];

export async function historyView(info, signal) {
  const problems = el("div", { "aria-live": "assertive" });
  const rows = el("tbody");
  const more = el("button", { type: "button", hidden: true, onclick: () => load(true) }, "Older ones");
  let last;

  async function guarded(work) {
    try {
      problems.replaceChildren();
      await work();
    } catch (error) {
      if (error.name !== "AbortError") problems.replaceChildren(notice(error));
    }
  }

  async function load(further) {
    const found = await api.jobs(further ? last : undefined);
    if (signal.aborted) return;
    const list = found.jobs ?? found;
    if (!further) rows.replaceChildren();
    rows.append(...list.map(row));
    if (!rows.children.length) rows.append(el("tr", {}, el("td", { colspan: "4", class: "muted" }, "Nothing yet.")));
    last = list.at(-1)?.id;
    more.hidden = list.length < 50;
    if (!further && list.some((job) => BUSY.includes(job.state))) {
      setTimeout(() => signal.aborted || guarded(() => load(false)), 2000);
    }
  }

  const row = (job) => el("tr", {},
    el("td", {}, el("a", { href: `#/jobs/${job.id}` }, job.name || "Untitled")),
    el("td", {}, TASKS[job.task] ?? job.task),
    el("td", {}, job.state, job.error ? `: ${job.error.message}` : ""),
    el("td", {}, when(job.created), " ",
      el("button", {
        type: "button", class: "quiet", "aria-label": `${BUSY.includes(job.state) ? "Cancel" : "Remove"} ${job.name}`,
        onclick: () => guarded(async () => { await (BUSY.includes(job.state) ? api.cancel : api.remove)(job.id); await load(false); }),
      }, "✕")));

  const clear = () => confirm("Remove all of the history?") && guarded(async () => { await api.clear(); await load(false); });
  show("history", "History", el("h1", {}, "History"),
    !info.features.history && el("p", { class: "notice plain" }, "Nothing is kept beyond the end of this server: its history is switched off."),
    problems,
    el("div", { class: "card" },
      el("table", { class: "stacking" },
        el("thead", {}, el("tr", {}, ["Article", "What", "State", "When"].map((name) => el("th", { scope: "col" }, name)))),
        rows)),
    el("p", { class: "row" }, more, el("button", { type: "button", onclick: clear }, "Clear the history")));
  await guarded(() => load(false));
}
