// Draws a figure's table as a line chart with uPlot: first column ISO days, the others numbers.
// The table stays for those who read it; without JavaScript it is all there is.
import uPlot from "uplot";

const HEIGHT = 120;
const isoDay = (seconds) => new Date(seconds * 1000).toISOString().slice(5, 10);

function read(table) {
  const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim()),
  );
  const days = rows.map((row) => Date.parse(row[0]) / 1000);
  const series = names.slice(1).map((_, at) => rows.map((row) => Number(row[at + 1])));
  return { names, data: [days, ...series] };
}

const colour = (figure, name) => getComputedStyle(figure).getPropertyValue(name).trim();

function options(figure, names) {
  const axis = { stroke: colour(figure, "--quiet"), grid: { stroke: colour(figure, "--line"), width: 1 },
    ticks: { show: false }, font: "11px system-ui, sans-serif" };
  const lines = names.slice(1).map((label, at) => ({
    label, width: 1.5, stroke: colour(figure, `--series-${at + 1}`), points: { size: 4 },
    paths: uPlot.paths.stepped({ align: 1 }),
  }));
  return {
    width: figure.clientWidth, height: HEIGHT, series: [{}, ...lines], legend: { live: false },
    axes: [{ ...axis, space: 70, size: 26, values: (_, days) => days.map(isoDay) }, { ...axis, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 500, 1000] }],
    scales: { y: { range: (_, low, high) => [0, Math.max(4, Math.ceil(high * 1.15))] } },
    cursor: { y: false }, padding: [8, 8, 0, 0],
  };
}

export function draw(figure) {
  const { names, data } = read(figure.querySelector("table"));
  if (data[0].length < 2) return;
  figure.dataset.drawn = "";
  const place = document.createElement("div");
  figure.prepend(place);
  let plot = new uPlot(options(figure, names), data, place);
  new ResizeObserver(() => plot.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure);
  document.addEventListener("trimtab:theme", () => {
    plot.destroy();
    plot = new uPlot(options(figure, names), data, place);
  });
}
