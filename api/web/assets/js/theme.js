// Sets the theme before the first paint; a classic script in the head, as CSP allows no inline one.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("trimtab-theme");
  } catch {
    // Storage is refused: follow the system.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = chosen ?? (dark ? "dark" : "light");
}
