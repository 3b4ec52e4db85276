"use strict";

/* Light or dark: as the system says, unless somebody chose. Runs before the page is drawn. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try {
      return localStorage.getItem("tokenpool-theme");
    } catch {
      return null;
    }
  };
  const show = () => {
    const chosen = kept();
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
    root.dataset.shownTheme = chosen || (system.matches ? "dark" : "light");
    const label = document.querySelector("[data-theme-label]");
    const other = root.dataset.shownTheme === "dark" ? "light" : "dark";
    if (label) label.textContent = `Switch to ${other} colours`;
  };
  const toggle = () => {
    const next = root.dataset.shownTheme === "dark" ? "light" : "dark";
    const asSystem = next === (system.matches ? "dark" : "light");
    try {
      if (asSystem) localStorage.removeItem("tokenpool-theme");
      else localStorage.setItem("tokenpool-theme", next);
    } catch {
      root.dataset.theme = next;
    }
    show();
  };
  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.addEventListener("click", toggle);
    }
    show();
  });
})();
