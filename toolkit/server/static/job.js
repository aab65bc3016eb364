// A job: its progress while it is at work, then what came of it.

import * as api from "./api.js";
import { count, duration, el, notice, say, show } from "./dom.js";
import { resultView } from "./result.js";

const STATES = {
  queued: "Waiting for its turn", running: "At work", failed: "It failed",
  cancelled: "It was cancelled", lost: "It was lost when the server stopped",
};

export async function jobView(info, signal, id) {
  let job = await api.job(id);
  if (job.state === "queued" || job.state === "running") {
    await watch(job, signal);
    if (signal.aborted) return;
    job = await api.job(id);
  }
  if (job.task === "pull" && job.state === "done") {
    show("models", "Installed", el("h1", {}, `${job.name} is installed`), el("p", {}, el("a", { href: "#/" }, "Use it")));
  } else if (job.state === "done") resultView(info, job, signal);
  else ended(job);
}

async function watch(job, signal) {
  const bar = el("progress", { "aria-label": "Progress" });
  const stage = el("p", { id: "stage" }, STATES[job.state]);
  const cancel = el("button", { type: "button", onclick: () => api.cancel(job.id) }, "Cancel");
  show(job.task === "pull" ? "models" : "input", job.name,
    el("h1", {}, job.name), el("div", { class: "card" }, stage, bar, el("p", { class: "row" }, cancel)));
  let said = "";
  for await (const { event, data } of api.events(job.id, signal)) {
    if (event === "end") return;
    const { done, total, seconds_left: left } = data;
    const known = total > 0;
    if (known) [bar.max, bar.value] = [total, done];
    else bar.removeAttribute("value");
    const bytes = job.task === "pull";
    const amount = known && (bytes ? `${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB` : `${done} of ${count(total, "sentence")}`);
    stage.textContent = [data.stage || STATES[data.state ?? "running"], amount,
      left ? `about ${duration(left)} left` : ""].filter(Boolean).join(", ");
    if (data.stage !== said) say(said = data.stage);
  }
}

function ended(job) {
  show("input", job.name, el("h1", {}, job.name),
    notice({ message: job.error?.message ?? STATES[job.state] ?? job.state }),
    job.error?.code === "model_missing" && el("p", {}, el("a", { href: "#/models" }, "Get a model")),
    el("p", {}, el("a", { href: "#/" }, "Begin anew")));
}
