// Which view the address after # asks for.

import * as api from "./api.js";
import { compareView } from "./compare.js";
import { notice, show } from "./dom.js";
import { historyView } from "./history.js";
import { inputView } from "./input.js";
import { jobView } from "./job.js";
import { modelsView } from "./models.js";

const VIEWS = [
  [/^\/$/, inputView],
  [/^\/history$/, historyView],
  [/^\/models$/, modelsView],
  [/^\/jobs\/([\w-]+)$/, jobView],
  [/^\/compare\/([\w-]+)\/([\w-]+)$/, compareView],
];

let leave = new AbortController();

async function open(event) {
  const path = location.hash.replace(/^#/, "") || "/";
  const found = VIEWS.map(([pattern, view]) => [pattern.exec(path), view]).find(([match]) => match);
  if (!found) return; // a place within the view
  leave.abort();
  leave = new AbortController();
  try {
    await found[1](await api.info(), leave.signal, ...found[0].slice(1));
    if (event) document.getElementById("main").focus({ preventScroll: true });
  } catch (error) {
    if (error.name !== "AbortError") show("", "Error", notice(error));
  }
}

function theme(chosen) {
  if (chosen) document.documentElement.dataset.theme = chosen;
}

theme(localStorage.getItem("theme"));
document.getElementById("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  localStorage.setItem("theme", dark ? "light" : "dark");
  theme(localStorage.getItem("theme"));
});
addEventListener("hashchange", open);
api.info().then((info) => {
  document.getElementById("version").textContent = `Version ${info.version}.`;
}, () => {});
open();
