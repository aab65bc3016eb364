// Sentences and statements with what is known of their soundness.

import { el } from "./dom.js";

const SHADES = 3; // for the lower quarters of the confidence; the highest has none

export function shade(confidence) {
  const step = SHADES - Math.floor((confidence ?? 1) * (SHADES + 1));
  return step > 0 ? `shade${step}` : "";
}

export function percent(confidence) {
  return `${Math.round(100 * confidence)} %`;
}

// Offsets count characters, as Python does; JavaScript counts UTF-16 units.
export function marked(text, doubts, terms = []) {
  const letters = [...text];
  const spans = [
    ...doubts.map(({ start, end, reason }) => ({ start, end, why: reason, kind: "doubt" })),
    ...terms.map(({ start, end, source, target }) => ({ start, end, why: `glossary: ${source} = ${target}`, kind: "term" })),
  ];
  const cuts = [...new Set([0, letters.length, ...spans.flatMap((each) => [each.start, each.end])])]
    .filter((cut) => cut >= 0 && cut <= letters.length).sort((a, b) => a - b);
  const parts = [];
  for (let at = 0; at + 1 < cuts.length; at += 1) {
    const piece = letters.slice(cuts[at], cuts[at + 1]).join("");
    const here = spans.filter((each) => each.start <= cuts[at] && cuts[at + 1] <= each.end);
    const [kinds, whys] = ["kind", "why"].map((name) => [...new Set(here.map((each) => each[name]))]);
    parts.push(here.length ? el("mark", { class: kinds.join(" "), title: whys.join("; ") }, piece) : piece);
  }
  return parts;
}

export function reasons(segment) {
  const found = segment.failed.map((check) => el("li", { class: "failed" }, check.detail || check.name));
  for (const reason of new Set(segment.doubts.map((doubt) => `${doubt.words}: ${doubt.reason}`))) found.push(el("li", {}, reason));
  return found.length ? el("ul", { class: "reasons" }, found) : null;
}

// The title and the sentences that have text, with the names that the server knows them by.
export function numbered(result) {
  const titles = (result.title_segments ?? []).filter((each) => each.source)
    .map((segment, at) => ({ segment, key: `title-${at + 1}`, number: "T" }));
  const rest = (result.segments ?? []).filter((each) => each.source)
    .map((segment, at) => ({ segment, key: `${at + 1}`, number: `${at + 1}` }));
  return [...titles, ...rest];
}

export const target = (segment) => segment.edited ?? segment.target;
