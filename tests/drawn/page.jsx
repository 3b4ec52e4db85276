// Draws recorded cards as their platforms would: Teams and Slack by third-party renderers, the
// others by what little markup they have. `window.RECORDED` is what draw.py wrote.
import { AdaptiveCard, GlobalRegistry, HostConfig, Table, Version, Versions } from "adaptivecards";
import MarkdownIt from "markdown-it";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";

// The package says that it has no side effects, so the bundler drops this registration of its own.
GlobalRegistry.defaultElements.register("Table", Table, Versions.v1_5);

const HOST = new HostConfig({
  fontFamily: "'Segoe UI', 'Liberation Sans', Arial, sans-serif",
  actions: { maxActions: 6, buttonSpacing: 8, actionAlignment: "left", spacing: "default" },
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 20, padding: 12 },
  separator: { lineThickness: 1, lineColor: "#d1d1d1" },
  inputs: {
    label: { requiredInputs: { suffix: " *", suffixColor: "attention", weight: "bolder" },
      optionalInputs: { weight: "bolder" } },
  },
  table: { cellSpacing: 4 },
  containerStyles: {
    default: { backgroundColor: "#ffffff", foregroundColors: colors() },
    emphasis: { backgroundColor: "#f0f0f0", foregroundColors: colors() },
  },
});

function colors() {
  const shades = (each) => ({ default: each, subtle: each });
  return {
    default: { default: "#242424", subtle: "#616161" },
    accent: shades("#5b5fc7"), good: shades("#237b4b"),
    warning: shades("#835c00"), attention: shades("#c4314b"),
  };
}

AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = new MarkdownIt().render(text);
  result.didProcess = true;
};

function teams(card, into) {
  const drawn = new AdaptiveCard();
  drawn.hostConfig = HOST;
  drawn.version = new Version(1, 5);
  drawn.parse(card);
  into.appendChild(drawn.render());
}

function slack(message, into) {
  const shown = { blocks: message.blocks, name: "TokenPool", time: new Date(0), logo: LOGO };
  flushSync(() => createRoot(into).render(<Message {...shown} theme="light" />));
}

function modal(view, into) {
  element(into, "h4", view.title.text);
  const blocks = document.createElement("div");
  into.appendChild(blocks);
  slack(view, blocks);
  for (const each of [view.close, view.submit]) if (each) element(into, "button", each.text);
}

function telegram(message, into) {
  element(into, "div", "", "bubble").innerHTML = message.text;
  for (const row of message.reply_markup?.inline_keyboard ?? []) {
    const line = element(into, "div", "", "keys");
    for (const key of row) element(line, "span", key.text, key.style ?? "");
  }
}

function element(into, tag, text, kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = kind;
  into.appendChild(made);
  return made;
}

const LOGO = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";
const DRAW = {
  teams, dialog: teams, shared: teams, slack, modal, telegram,
  html: (fragment, into) => { into.innerHTML = fragment; },
  plain: (text, into) => element(into, "pre", text),
};

window.draw = (platform, name) => {
  const frame = document.createElement("section");
  frame.className = platform;
  frame.id = `${platform}-${name}`;
  element(frame, "h6", `${platform} · ${name}`);
  const into = element(frame, "div", "", "drawn");
  document.body.appendChild(frame);
  DRAW[platform](window.RECORDED[platform][name], into);
};
