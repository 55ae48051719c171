// A click anywhere in a row that has a main link follows it; selecting text in the row does not.
function onClick(event) {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, summary")) return;
  if (String(getSelection()) !== "") return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
}

export function startTables(root) {
  for (const table of root.querySelectorAll("table[data-table]:not([data-ready])")) {
    table.dataset.ready = "";
    table.addEventListener("click", onClick);
  }
}
