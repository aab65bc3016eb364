// What came of an article: the summary with its evidence, and the translation sentence by sentence.

import * as api from "./api.js";
import { cleanedView } from "./cleaned.js";
import { count, duration, el, notice, say, select, show } from "./dom.js";
import { marked, numbered, percent, reasons, shade, target } from "./sentences.js";

const FORMATS = { txt: "Text", md: "Markdown", html: "Web page", docx: "Word document", tmx: "Translation memory (TMX)", json: "JSON" };

export function resultView(info, job, signal) {
  const result = job.result;
  if (job.task === "clean") return cleanedView(job, toolbar(info, job));
  const rows = numbered(result);
  const doubtful = new Set((result.doubtful ?? []).map(String));
  const list = el("ol", { class: "sentences" }, rows.map((row) => sentence(job, row)));
  const title = result.title || result.document.title || job.name;
  show("input", title,
    el("h1", {}, title),
    metadata(result),
    toolbar(info, job, list),
    el("div", { class: result.summary ? "columns" : "" },
      result.summary && summaryCard(result, rows),
      el("section", { class: "card", "aria-labelledby": "translation" },
        el("h2", { id: "translation" }, "Translation"),
        el("p", { class: "muted small" }, told(rows, doubtful, result)),
        list)));
}

function told(rows, doubtful, result) {
  const failed = rows.filter(({ segment }) => segment.failed.length).length;
  const parts = [count(rows.length, "sentence")];
  if (rows.some(({ segment }) => segment.confidence !== null)) {
    parts.push(`${doubtful.size} doubtful: the stronger the shade, the likelier a sentence misleads`);
  }
  if (failed) parts.push(`${failed} failed a check`);
  if (rows.some(({ segment }) => segment.terms?.length)) parts.push("terms of the glossary have a solid line below them");
  const seconds = Object.values(result.seconds ?? {}).reduce((sum, each) => sum + each, 0);
  return `${parts.join("; ")}. Made in ${duration(seconds)}.`;
}

function metadata(result) {
  const { title, ...rest } = result.metadata ?? {};
  const shown = Object.entries(rest).filter(([, value]) => value);
  const original = result.document?.title;
  return el("div", { class: "metadata" },
    original && el("span", { lang: result.metadata?.language || "fr" }, original),
    shown.map(([name, value]) => el("span", {}, `${name}: ${value}`)));
}

function toolbar(info, job, list) {
  const problems = el("div", { "aria-live": "assertive" });
  const formats = Object.entries(FORMATS).filter(([name]) =>
    (name !== "docx" || info.features.docx) && (job.task !== "clean" || ["txt", "md", "json"].includes(name)));
  const format = select("format", formats, "html");
  const save = async () => {
    problems.replaceChildren();
    try {
      await api.download(job.id, format.value);
      say("Saved");
    } catch (error) {
      problems.replaceChildren(notice(error));
    }
  };
  return el("div", { class: "toolbar" }, problems,
    el("p", { class: "row" },
      el("label", { for: "format", class: "visually-hidden" }, "Save as"), format,
      el("button", { type: "button", onclick: save }, "Save"),
      list && el("label", { class: "check" }, el("input", {
        type: "checkbox", id: "english-only", onchange: (event) => list.classList.toggle("english-only", event.target.checked),
      }), "Without the source"),
      list && el("label", { class: "check" }, el("input", {
        type: "checkbox", id: "doubtful-only", onchange: (event) => {
          for (const row of list.children) row.hidden = event.target.checked && row.dataset.doubtful === undefined;
        },
      }), "Doubtful sentences only"),
      list && info.installed && el("button", { type: "button", onclick: () => compareDialog(info, job, problems) }, "Compare with another model…")));
}

function summaryCard(result, rows) {
  const places = new Map(rows.filter(({ number }) => number !== "T").map(({ segment, key }) => [segment.start, key]));
  const { summary } = result;
  const statements = summary.statements.map((statement) => {
    const keys = [...new Set(statement.evidence.map((each) => places.get(each.start)).filter(Boolean))];
    const light = (on) => keys.forEach((key) => document.getElementById(`s-${key}`)?.classList.toggle("on", on));
    return el("li", { class: shade(statement.confidence), onmouseenter: () => light(true), onmouseleave: () => light(false) },
      statement.text, " ",
      el("span", { class: "evidence" }, keys.map((key) => el("a", {
        href: `#s-${key}`, "aria-label": `rests on sentence ${key}`,
        onclick: (event) => { event.preventDefault(); go(key); },
      }, key))),
      statement.confidence !== null && statement.confidence < 0.5 && el("span", { class: "sure" }, ` ${percent(statement.confidence)}`),
      statement.failed.length > 0 && el("ul", { class: "reasons" }, statement.failed.map((check) => el("li", { class: "failed" }, check.detail || check.name))));
  });
  return el("section", { class: "card summary", "aria-labelledby": "summary" },
    el("h2", { id: "summary" }, "Summary"),
    summary.failed.length > 0 && el("ul", { class: "reasons" }, summary.failed.map((check) => el("li", { class: "failed" }, check.detail || check.name))),
    el("ul", { class: "statements" }, statements),
    el("p", { class: "muted small" }, `${count(summary.words, "word")}. The numbers lead to the sentences that a statement rests on.`));
}

function go(key) {
  const row = document.getElementById(`s-${key}`);
  row.scrollIntoView({ block: "center" });
  row.tabIndex = -1;
  row.focus();
  for (const each of document.querySelectorAll(".sentence.on")) each.classList.remove("on");
  row.classList.add("on");
}

function sentence(job, { segment, key, number }) {
  const doubtful = (job.result.doubtful ?? []).map(String).includes(number === "T" ? "title" : number);
  const made = el("li", {
    id: `s-${key}`, class: `sentence ${shade(segment.confidence)} ${segment.ends_paragraph ? "ends" : ""}`,
    "data-doubtful": doubtful || segment.failed.length ? "" : undefined,
  });
  const onSide = (spans, name) => (spans ?? []).filter((each) => each.side === name);
  const shown = (name) => marked(segment[name], onSide(segment.doubts, name), onSide(segment.terms, name));
  const languages = job.result.languages ?? [job.options?.source ?? "fr", job.options?.target ?? "en"];

  function draw() {
    const edited = segment.edited !== undefined && segment.edited !== null;
    const words = edited ? segment.edited : shown("target");
    made.replaceChildren(
      el("span", { class: "number" }, number),
      el("span", { class: "source", lang: languages[0] }, shown("source")),
      el("span", { class: "target", lang: languages[1] }, words,
        edited && el("span", { class: "edited" }, " corrected"),
        !edited && doubtful && segment.confidence !== null && el("span", { class: "sure" }, ` ${percent(segment.confidence)}`), " ",
        el("button", { type: "button", class: "quiet", "aria-label": `Correct sentence ${number}`, onclick: write }, "✎"),
        edited && el("button", { type: "button", class: "quiet", onclick: undo }, "Undo")),
      el("div", { class: "after" }, !edited && reasons(segment)));
  }

  function write() {
    const area = el("textarea", { class: "short", "aria-label": `Translation of sentence ${number}`, lang: languages[1] });
    area.value = target(segment);
    const problem = el("div", { "aria-live": "assertive" });
    const save = async () => {
      try {
        await api.edit(job.id, key, area.value.trim());
        segment.edited = area.value.trim();
        draw();
        made.querySelector("button").focus();
        say("Saved");
      } catch (error) {
        problem.replaceChildren(notice(error));
      }
    };
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") draw();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    });
    made.querySelector(".target").replaceChildren(area, problem,
      el("span", { class: "row" },
        el("button", { type: "button", class: "primary", onclick: save }, "Save"),
        el("button", { type: "button", onclick: draw }, "Cancel")));
    area.focus();
  }

  async function undo() {
    await api.undo(job.id, key);
    delete segment.edited;
    draw();
    say("The model's words are back");
  }

  draw();
  return made;
}

async function compareDialog(info, job, problems) {
  try {
    const used = job.result.provenance?.translation?.model;
    const models = (await api.models()).filter((each) => each.installed && each.id !== used);
    if (!models.length) throw new Error("There is no other model installed. The Models page offers some.");
    const choice = select("other", models.map((each) => [each.id, each.id]));
    const dialog = el("dialog", { "aria-labelledby": "compare-title" },
      el("form", { method: "dialog" },
        el("h2", { id: "compare-title" }, "Translate it once more"),
        el("label", { for: "other" }, "With"), choice,
        el("p", { class: "row" }, el("button", { class: "primary", value: "ok" }, "Compare"), el("button", { value: "cancel" }, "Cancel"))));
    document.body.append(dialog);
    dialog.showModal();
    dialog.addEventListener("close", async () => {
      dialog.remove();
      if (dialog.returnValue !== "ok") return;
      try {
        const options = { ...job.options, translator: choice.value, cleaned: true };
        const made = await api.start({ task: "translate", name: job.name, text: job.result.source, options });
        location.hash = `/compare/${job.id}/${made.id}`;
      } catch (error) {
        problems.replaceChildren(notice(error));
      }
    });
  } catch (error) {
    problems.replaceChildren(notice(error));
  }
}
