// What the reference page does beyond being read: the theme of the playground, and a field that narrows it.
const dark = matchMedia("(prefers-color-scheme: dark)");
const applyTheme = () => {
  const chosen = localStorage.getItem("ruff-playground-theme");
  document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
};
dark.addEventListener("change", applyTheme);
addEventListener("storage", applyTheme);
applyTheme();

// Ids of the page itself have hyphens, as those without are names of builtins.
addEventListener("DOMContentLoaded", () => {
  const filter = Object.assign(document.createElement("input"), { id: "page-filter", type: "search", placeholder: "Filter" });
  filter.setAttribute("aria-label", "Show only what contains these words");
  document.querySelector("header").append(filter);
  const sections = [...document.querySelectorAll("#page-content > section")].map((section) => ({
    section,
    entries: [...section.querySelectorAll("article, tr")].map((entry) => ({ entry, text: entry.textContent.toLowerCase() })),
  }));
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    for (const { section, entries } of sections) {
      for (const { entry, text } of entries) entry.hidden = !words.every((word) => text.includes(word));
      section.hidden = words.length > 0 && entries.every(({ entry }) => entry.hidden);
    }
  });
});
