// A live log over server-sent events. The browser resumes a broken stream with Last-Event-ID by
// itself; an event named `end` closes it, and the page is then loaded anew for the final state.
const KEPT_LINES = 5000;

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 40;

function tell(log, state, words) {
  log.dataset.state = state;
  const told = log.querySelector("[data-log-state]");
  if (told) told.textContent = words;
}

const statuses = /\b(failed|unreachable|error|refused|changed|ok|skipped)\b/i;

function lineOf(text) {
  const line = document.createElement("span");
  line.className = "log-line";
  line.dataset.status = (statuses.exec(text.slice(0, 40))?.[1] ?? "").toLowerCase();
  line.textContent = `${text}\n`;
  return line;
}

function append(log, box, text) {
  const follow = atEnd(box);
  box.append(lineOf(text));
  while (box.childElementCount > KEPT_LINES) box.firstElementChild.remove();
  if (follow) box.scrollTop = box.scrollHeight;
  const count = log.querySelector("[data-log-count]");
  if (count) count.textContent = String(box.childElementCount);
}

function address(log) {
  const url = new URL(log.dataset.stream, location.href);
  if (log.dataset.after) url.searchParams.set("after", log.dataset.after);
  return url;
}

function follow(log) {
  const box = log.querySelector("[data-log-lines]");
  const source = new EventSource(address(log));
  source.addEventListener("open", () => tell(log, "live", "live"));
  source.addEventListener("message", (event) => append(log, box, event.data));
  source.addEventListener("end", () => {
    source.close();
    tell(log, "over", "finished");
    if (log.dataset.reload !== undefined) setTimeout(() => location.reload(), 800);
  });
  source.addEventListener("error", () => {
    const gone = source.readyState === EventSource.CLOSED;
    tell(log, gone ? "cut" : "waiting", gone ? "cut off; reload the page" : "reconnecting");
  });
  addEventListener("pagehide", () => source.close());
}

export function startLogs(root) {
  for (const log of root.querySelectorAll("[data-stream]:not([data-state])")) {
    tell(log, "waiting", "connecting");
    follow(log);
  }
}
