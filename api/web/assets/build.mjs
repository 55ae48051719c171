// Builds the pages' assets into the folder given as the only argument: hashed files, .gz twins,
// an icon sprite of the icons in icons.json, the licences of what is inside, and manifest.json.
// Never fetches anything and never writes elsewhere.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const out = process.argv[2];
const here = import.meta.dirname;
const packages = path.join(here, "node_modules");
const shipped = ["@tabler/core", "@tabler/icons", "htmx.org", "uplot"];

const hashed = (name, text) => {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  return `${stem}.${hash}${ext}`;
};

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: ["js/app.js", "js/theme.js", "css/style.css"],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    entryNames: "[name].[hash]",
    chunkNames: "[name].[hash]",
    metafile: true,
    outdir: out,
    logLevel: "warning",
  });
  const files = {};
  for (const [file, facts] of Object.entries(result.metafile.outputs)) {
    if (facts.entryPoint) files[path.basename(facts.entryPoint)] = path.basename(file);
  }
  return files;
}

const symbol = (name, svg) => {
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const lines = body.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor"` +
    ` stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${lines}</symbol>`;
};

async function sprite(icons) {
  const folder = path.join(packages, "@tabler/icons/icons/outline");
  const symbols = await Promise.all(
    icons.map(async (name) => symbol(name, await readFile(path.join(folder, `${name}.svg`), "utf8"))),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

// @tabler/core ships no licence file: its own banner, and the same authors' words beside it.
async function licences() {
  const mit = await readFile(path.join(packages, "@tabler/icons/LICENSE"), "utf8");
  const texts = shipped.map(async (name) => {
    const folder = path.join(packages, name);
    const facts = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = path.join(folder, "LICENSE");
    const text = existsSync(file) ? await readFile(file, "utf8") : `${await banner(folder)}\n\n${mit}`;
    return `${name} ${facts.version} (${facts.license})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(72)}\n\n`);
}

async function banner(folder) {
  const css = await readFile(path.join(folder, "dist/css/tabler.min.css"), "utf8");
  return css.slice(css.indexOf("/*!") + 3, css.indexOf("*/")).replace(/^ \* ?/gm, "").trim();
}

const small = /\.(js|css|svg)$/;

async function twins() {
  for (const name of await readdir(out)) {
    if (!small.test(name)) continue;
    const file = path.join(out, name);
    await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
  }
}

await mkdir(out, { recursive: true });
const icons = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
const files = await bundle();
for (const [name, text] of [
  ["icons.svg", await sprite(icons)],
  ["favicon.svg", await readFile(path.join(here, "favicon.svg"), "utf8")],
]) {
  files[name] = hashed(name, text);
  await writeFile(path.join(out, files[name]), text);
}
await writeFile(path.join(out, "licences.txt"), await licences());
await twins();
await writeFile(path.join(out, "manifest.json"), `${JSON.stringify({ files, icons }, null, 1)}\n`);
