// The pages' behaviour. Every page works without it as plain links and forms.
import "htmx.org/dist/htmx.esm.js";
import { keep } from "./remember.js";
import { startKeys } from "./keys.js";
import { startLogs } from "./live-log.js";
import { startTables } from "./tables.js";
import { startForms } from "./forms.js";

function startTheme() {
  document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    keep("theme", root.dataset.bsTheme);
    document.dispatchEvent(new CustomEvent("trimtab:theme"));
  });
}

async function startCharts(root) {
  const figures = root.querySelectorAll("figure[data-chart]:not([data-drawn])");
  if (figures.length === 0) return;
  const { draw } = await import("./chart.js");
  figures.forEach(draw);
}

// A session that ended while the page refreshed itself: show the sign-in page, not a hole.
function startSignedOutCheck() {
  document.addEventListener("htmx:after:request", (event) => {
    const answer = event.detail?.ctx?.response?.raw;
    if (answer?.redirected && new URL(answer.url).pathname === "/sign-in") {
      event.preventDefault();
      location.reload();
    }
  });
}

startTheme();
startSignedOutCheck();
startKeys();
startForms();
for (const start of [startLogs, startTables, startCharts]) {
  start(document);
  document.addEventListener("htmx:after:swap", () => start(document));
}
