import { coloured } from "./tokens.js";

/** The Markdown that the editor services write: code blocks, rules, paragraphs, `code` and **bold**. */
export function markdown(text: string): HTMLElement {
  const page = document.createElement("div");
  page.className = "documentation";
  for (const [, code, prose] of text.matchAll(/^```\w*\n([^]*?)\n```$|((?:(?!^```)[^])+)/gm)) {
    if (code !== undefined) page.append(element("pre", coloured(code)));
    else page.append(...paragraphs(prose ?? ""));
  }
  return page;
}

function element(name: string, ...content: (string | Node)[]): HTMLElement {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

function paragraphs(prose: string): HTMLElement[] {
  const parts = prose.split(/\n{2,}/).map((part) => part.trim()).filter((part) => part !== "");
  return parts.map((part) => (part === "---" ? element("hr") : element("p", ...words(part))));
}

function words(part: string): (string | Node)[] {
  return part.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((word) => {
    if (/^`[^]+`$/.test(word)) return element("code", word.slice(1, -1));
    if (/^\*\*[^]+\*\*$/.test(word)) return element("strong", word.slice(2, -2));
    return word;
  });
}
