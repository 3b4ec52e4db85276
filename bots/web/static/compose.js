"use strict";

/* What can be said, while it is typed: a list above the message box, by keyboard or pointer. */
(() => {
  const setUp = (form) => {
    const input = form.querySelector(".line-input");
    const list = form.querySelector(".hints");
    const hints = [...list.children];
    let chosen = -1;

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    const shown = () => hints.filter((hint) => !hint.hidden);
    const mark = (at) => {
      chosen = at;
      shown().forEach((hint, index) => hint.setAttribute("aria-selected", String(index === at)));
      const hint = shown()[at];
      if (hint) {
        input.setAttribute("aria-activedescendant", hint.id);
        hint.scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    };
    const open = (yes) => {
      list.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      mark(-1);
    };

    /* A slash shows all, then what begins so; behind a command that is typed whole, its usage. */
    const look = () => {
      const typed = input.value.trimStart();
      const said = typed.replace(/^\//, "").toLowerCase();
      const begun = hints.filter((hint) => hint.dataset.say.startsWith(said));
      const whole = hints.filter((hint) => said.startsWith(`${hint.dataset.say} `));
      const found = begun.length ? begun : whole.slice(-1);
      for (const hint of hints) hint.hidden = !found.includes(hint);
      open(typed.startsWith("/") && shown().length > 0);
    };

    const take = (hint) => {
      const more = hint.dataset.more;
      input.value = hint.dataset.say + (more ? " " : "");
      open(false);
      input.focus();
      if (!more) form.requestSubmit();
    };

    const keys = {
      ArrowDown: () => mark((chosen + 1) % shown().length),
      ArrowUp: () => mark((chosen <= 0 ? shown().length : chosen) - 1),
      Escape: () => open(false),
      Tab: () => chosen >= 0 && take(shown()[chosen]),
      Enter: () => chosen >= 0 && take(shown()[chosen]),
    };

    input.addEventListener("input", look);
    input.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing || !keys[event.key]) return;
      const done = keys[event.key]();
      if (done !== false) event.preventDefault();
    });
    input.addEventListener("blur", () => open(false));
    form.addEventListener("reset", () => open(false));
    form.addEventListener("submit", () => open(false));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const hint = event.target.closest("[role=option]");
      if (hint) take(hint);
    });
  };

  document.querySelectorAll(".composer").forEach(setUp);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, dialog")) return;
    const here = event.target.closest(".pane")?.dataset.pane;
    const shown = here ?? document.querySelector(".panes").dataset.shown;
    event.preventDefault();
    const input = document.getElementById(`line-${shown}`);
    input.focus();
    if (input.value) return;
    input.value = "/";
    input.dispatchEvent(new Event("input"));
  });
})();
