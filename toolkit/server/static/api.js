// The server's own interface. A key is asked for once and kept for as long as the tab is open.

import { el } from "./dom.js";

const KEY = "toolkit-api-key";

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function request(path, options = {}) {
  for (;;) {
    const key = sessionStorage.getItem(KEY);
    const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
    let response;
    try {
      response = await fetch(path, { ...options, headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, "unreachable", "The server doesn't answer. Is `toolkit serve` still running?");
    }
    if (response.ok) return response;
    const error = await asError(response);
    if (response.status !== 401 || !(await askForKey(Boolean(key)))) throw error;
  }
}

async function asError(response) {
  let told = {};
  try {
    told = (await response.json()).error ?? {};
  } catch {
    // What stands before the server may answer in another form.
  }
  const wait = response.headers.get("Retry-After");
  const message = told.message || `The server answered ${response.status}.`;
  return new ApiError(response.status, told.code || "", wait ? `${message} Try again in ${wait} s.` : message);
}

function askForKey(wasWrong) {
  const input = el("input", { id: "key", type: "password", autocomplete: "off", required: true });
  const dialog = el("dialog", { "aria-labelledby": "key-title" },
    el("form", { method: "dialog" },
      el("h2", { id: "key-title" }, "This server asks for a key"),
      wasWrong && el("p", { class: "notice" }, "That key was not accepted."),
      el("label", { for: "key" }, "API key"), input,
      el("p", { class: "row" },
        el("button", { class: "primary", value: "ok" }, "Go on"),
        el("button", { value: "cancel", formnovalidate: true }, "Cancel"))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "ok" && input.value;
      if (given) sessionStorage.setItem(KEY, input.value);
      dialog.remove();
      resolve(Boolean(given));
    });
  });
}

async function json(path, options) {
  const response = await request(path, options);
  return response.status === 204 ? null : response.json();
}

function body(value, method = "POST") {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

export const info = () => json("/api/v1/info");
export const models = () => json("/api/v1/models");
export const jobs = (before) => json(`/api/v1/jobs?limit=50${before ? `&before=${encodeURIComponent(before)}` : ""}`);
export const job = (id) => json(`/api/v1/jobs/${encodeURIComponent(id)}`);
export const start = (asked) => json("/api/v1/jobs", body(asked));
export const remove = (id) => json(`/api/v1/jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
export const cancel = (id) => json(`/api/v1/jobs/${encodeURIComponent(id)}/cancel`, { method: "POST" });
export const clear = () => json("/api/v1/jobs", { method: "DELETE" });
export const pull = (id) => json(`/api/v1/models/${encodeURIComponent(id)}/pull`, { method: "POST" });
export const edit = (id, number, target) =>
  json(`/api/v1/jobs/${encodeURIComponent(id)}/segments/${number}`, body({ target }, "PUT"));
export const undo = (id, number) =>
  json(`/api/v1/jobs/${encodeURIComponent(id)}/segments/${number}`, { method: "DELETE" });

export function startFiles(asked, files) {
  const form = new FormData();
  form.append("request", JSON.stringify(asked));
  for (const file of files) form.append("files", file, file.name);
  return json("/api/v1/jobs", { method: "POST", body: form });
}

export async function download(id, format) {
  const response = await request(`/api/v1/jobs/${encodeURIComponent(id)}/export?format=${format}`);
  const named = /filename\*?=(?:UTF-8'')?"?([^";]+)/.exec(response.headers.get("Content-Disposition") ?? "");
  const link = el("a", {
    href: URL.createObjectURL(await response.blob()),
    download: named ? decodeURIComponent(named[1]) : `result.${format}`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Server-sent events by fetch, since EventSource can't send a key. Ends when the job does.
export async function* events(id, signal) {
  const response = await request(`/api/v1/jobs/${encodeURIComponent(id)}/events`, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    waiting += value.replaceAll("\r\n", "\n");
    const messages = waiting.split("\n\n");
    waiting = messages.pop();
    for (const message of messages) {
      const lines = message.split("\n");
      const of = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
      const data = of("data").join("\n");
      if (data) yield { event: of("event")[0] ?? "message", data: JSON.parse(data) };
    }
  }
}
