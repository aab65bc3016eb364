// What is to be worked on, and how.

import * as api from "./api.js";
import { count, el, field, notice, say, select, show } from "./dom.js";

const LENGTHS = { headline: "Headline", brief: "Brief", standard: "Standard", detailed: "Detailed" };
const QUALITIES = { fast: "Fast", standard: "Standard", best: "Best, for overnight" };

export async function inputView(info, signal) {
  const { models } = info.installed ? await api.models().then((all) => ({ models: all })) : { models: [] };
  if (signal.aborted) return;
  const names = new Map(info.languages.map((each) => [each.code, each.name]));
  const kept = JSON.parse(localStorage.getItem("choices") ?? "{}");
  const text = el("textarea", { id: "text", name: "text", placeholder: "Paste a page here, or drop files…", spellcheck: "false" });
  const files = el("input", { id: "files", type: "file", multiple: true, accept: ".txt,.html,.htm,.md,text/plain,text/html" });
  const url = el("input", { id: "url", type: "url", placeholder: "https://…", class: "grow" });
  const chosen = el("p", { class: "muted small", id: "chosen" });
  const problems = el("div", { "aria-live": "assertive" });
  const controls = {
    source: select("source", [["auto", "Detect the language"], ...[...names]], kept.source ?? "fr"),
    target: select("target", [...names], kept.target ?? "en"),
    length: select("length", info.lengths.map((each) => [each, LENGTHS[each] ?? each]), kept.length ?? "brief"),
    style: select("style", info.styles.map((each) => [each, each]), kept.style ?? "prose"),
    quality: select("quality", info.qualities.map((each) => [each, QUALITIES[each] ?? each]), kept.quality ?? "standard"),
    translator: select("translator", [["", "The best that is installed"],
      ...models.filter((each) => each.installed).map((each) => [each.id, each.id])], kept.translator ?? ""),
    glossary: select("glossary", [["", "Standard"], ...info.glossaries.map((each) => [each, each])], kept.glossary ?? ""),
  };
  const terms = el("textarea", { id: "terms", class: "short", placeholder: "chef de la diplomatie\tforeign minister", spellcheck: "false" });
  const cleaned = el("input", { id: "cleaned", type: "checkbox" });

  const buttons = [
    ["summarize", "Summarize", "primary"], ["translate", "Translate only", ""], ["clean", "Clean only", ""],
  ].map(([task, label, kind]) => el("button", { type: "button", class: kind, "data-task": task, onclick: () => begin(task) }, label));

  files.addEventListener("change", () => {
    chosen.textContent = [...files.files].map((file) => file.name).join(", ");
    say(count(files.files.length, "file"));
  });

  function options() {
    const asked = {};
    for (const [name, control] of Object.entries(controls)) if (control.value) asked[name] = control.value;
    localStorage.setItem("choices", JSON.stringify(asked));
    if (terms.value.trim()) asked.glossary = `tsv:${terms.value}`;
    if (cleaned.checked) asked.cleaned = true;
    return asked;
  }

  async function begin(task) {
    problems.replaceChildren();
    for (const button of buttons) button.disabled = true;
    try {
      const asked = { task, options: options() };
      let started;
      if (files.files.length) started = await api.startFiles(asked, files.files);
      else if (url.value.trim()) started = await api.start({ ...asked, url: url.value.trim() });
      else if (text.value.trim()) started = await api.start({ ...asked, text: text.value });
      else throw new Error("There is nothing to work on yet: paste a text, or choose a file.");
      location.hash = started.jobs && started.jobs.length !== 1 ? "/history" : `/jobs/${(started.jobs?.[0] ?? started).id}`;
    } catch (error) {
      problems.replaceChildren(notice(error));
      for (const button of buttons) button.disabled = false;
    }
  }

  const drop = el("div", { class: "drop" },
    el("label", { for: "text" }, "French page or text"), text,
    el("p", {}, el("label", { for: "files", class: "visually-hidden" }, "Files"), files), chosen,
    info.features.fetch
      ? el("p", { class: "row" }, el("label", { for: "url" }, "Or a web address"), url)
      : null);
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    files.dispatchEvent(new Event("change"));
  });

  show("input", "", el("h1", {}, "Read a French article in English"),
    !info.installed && el("p", { class: "notice" }, "No model is installed yet, so pages can only be cleaned. ",
      el("a", { href: "#/models" }, "Get one here"), "."),
    problems,
    el("form", { onsubmit: (event) => event.preventDefault() },
      el("div", { class: "card" }, drop),
      el("div", { class: "card" },
        el("div", { class: "fields" },
          field("From", controls.source), field("To", controls.target),
          field("Length of the summary", controls.length), field("Quality", controls.quality, "More is searched, and it takes longer")),
        el("details", {}, el("summary", {}, "More options"),
          el("div", { class: "fields" }, field("Style", controls.style), field("Translator", controls.translator), field("Glossary", controls.glossary)),
          field("Own terms", terms, "A line each: French, a tab, English. They take the place of the glossary."),
          el("p", {}, el("label", { class: "check" }, cleaned, "It is an article already: clean nothing")))),
      el("p", { class: "row" }, buttons)));
}
