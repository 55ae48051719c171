// Keyboard: `/` search, `j k` rows, Enter opens, `[ ]` pages, `n p` differences, `g d` and the
// other `g` keys places, `?` help. Single keys can be switched off in the help (WCAG 2.1.4).
import { keep, recall } from "./remember.js";

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const switchedOn = () => recall("keys") !== "off";

let waitsForPlace = 0;

function step(items, current, by) {
  if (items.length === 0) return null;
  const at = items.indexOf(current);
  if (at < 0) return by > 0 ? items[0] : items[items.length - 1];
  return items[Math.min(items.length - 1, Math.max(0, at + by))];
}

function toRow(by) {
  const rows = [...document.querySelectorAll("[data-rows] > tr, [data-rows] > li")];
  const next = step(rows, document.querySelector(".is-current-row"), by);
  if (!next) return;
  document.querySelector(".is-current-row")?.classList.remove("is-current-row");
  next.classList.add("is-current-row");
  (next.querySelector("a") ?? next).focus?.({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function toDifference(by) {
  const marks = [...document.querySelectorAll("[data-difference]")];
  const next = step(marks, document.querySelector(".is-current-difference"), by);
  if (!next) return;
  document.querySelector(".is-current-difference")?.classList.remove("is-current-difference");
  next.classList.add("is-current-difference");
  next.scrollIntoView({ block: "center" });
  const told = next.closest("[data-diff]")?.querySelector("[data-diff-place]");
  if (told) told.textContent = `${marks.indexOf(next) + 1} of ${marks.length}`;
}

function toPage(which) {
  document.querySelector(`a[rel="${which}"]`)?.click();
}

function toPlace(key) {
  document.querySelector(`[data-place="${CSS.escape(key)}"]`)?.click();
}

function toSearch() {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select();
}

const help = () => document.querySelector("[data-keys-help]");

const actions = {
  "/": toSearch,
  j: () => toRow(1),
  k: () => toRow(-1),
  "]": () => toPage("next"),
  "[": () => toPage("prev"),
  n: () => toDifference(1),
  p: () => toDifference(-1),
  g: () => { waitsForPlace = Date.now(); },
  "?": () => help()?.showModal(),
};

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]") || !switchedOn()) return;
  if (waitsForPlace && Date.now() - waitsForPlace < 1500) {
    waitsForPlace = 0;
    toPlace(event.key);
    return;
  }
  waitsForPlace = 0;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function startSwitch() {
  const box = help()?.querySelector("[data-keys-switch]");
  if (!box) return;
  box.checked = switchedOn();
  box.addEventListener("change", () => keep("keys", box.checked ? "on" : "off"));
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const by = event.target.closest("[data-difference-step]")?.dataset.differenceStep;
    if (by) toDifference(Number(by));
    if (event.target.closest("[data-keys-open]")) help()?.showModal();
  });
  startSwitch();
}
