"use strict";

/* Clicks and lines: sent without leaving the page, each with an id under which it counts once. */
(() => {
  const SECONDS = 30;
  const UNSENT = "That was not sent: there is no connection. Try again in a moment.";
  const SILENT = "No answer has come. It may have been done: look before you try again.";
  const ask = document.getElementById("ask");
  const turns = new WeakMap();

  const eventId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const confirmed = (button) => {
    if (!button?.dataset.confirm) return Promise.resolve(true);
    document.getElementById("ask-text").textContent = button.dataset.confirm;
    document.getElementById("ask-yes").textContent = button.textContent;
    ask.returnValue = "no";
    ask.showModal();
    return new Promise((resolve) => {
      const closed = () => {
        button.focus();
        resolve(ask.returnValue === "yes");
      };
      ask.addEventListener("close", closed, { once: true });
    });
  };

  const isLine = (form) => form.matches(".composer");

  const pending = (form, button, on) => {
    form.ariaBusy = String(on);
    button?.classList.toggle("pressed", on);
    if (isLine(form)) return;
    for (const each of form.querySelectorAll("button")) each.disabled = on;
  };

  const post = async (form, body) => {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { "X-Fragment": "1" },
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    if (answer.redirected || !answer.headers.has("x-fragment")) throw new Error("no fragment");
    return answer;
  };

  const lost = (form, text) => {
    form.removeAttribute("data-event");
    page.toast(text, true);
  };

  const show = (form, answer, html) => {
    const shown = page.apply(html, true);
    if (answer.status === 401) document.dispatchEvent(new Event("signedout"));
    if (answer.ok) form.removeAttribute("data-event");
    const last = shown.at(-1);
    const done = answer.ok && last && !last.matches("[data-refused]");
    if (done) form.closest('.message[data-no="0"]')?.remove();
    if (last && !isLine(form)) page.focusOn(last);
    return answer.ok;
  };

  /* What a form says, and whose chat this page shows: somebody else may have signed in since. */
  const filled = (form, button) => {
    const body = new URLSearchParams(new FormData(form, button));
    body.set("who", page.pane(body.get("pane")).dataset.who);
    return body;
  };

  /* Send it, show what comes back, and say whether it was taken. */
  const send = async (form, button, body) => {
    const working = page.pane(body.get("pane")).querySelector(".working");
    const late = setTimeout(() => {
      working.hidden = false;
      page.toEnd(body.get("pane"));
    }, 250);
    pending(form, button, true);
    try {
      const answer = await post(form, body);
      return show(form, answer, await answer.text());
    } catch (fault) {
      lost(form, fault.name === "TimeoutError" ? SILENT : UNSENT);
      return false;
    } finally {
      clearTimeout(late);
      working.hidden = true;
      pending(form, button, false);
    }
  };

  const press = async (form, button) => {
    if (form.ariaBusy === "true" || !(await confirmed(button))) return;
    const body = filled(form, button);
    form.dataset.event ||= eventId();
    body.set("event", form.dataset.event);
    const taken = await send(form, button, body);
    /* A button that was switched off meanwhile has lost the focus. */
    if (!taken && document.activeElement === document.body) button?.focus();
  };

  /* The next line can be typed and sent while one is on its way: each waits for its turn. */
  const say = (form, button) => {
    const body = filled(form, button);
    body.set("event", eventId());
    form.reset();
    const sent = async () => {
      if (!(await send(form, button, body))) giveBack(form, body.get("text"));
    };
    turns.set(form, (turns.get(form) ?? Promise.resolve()).then(sent));
  };

  const giveBack = (form, text) => {
    const input = form.querySelector(".line-input");
    input.value = [input.value, text].filter(Boolean).join(" ");
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const ours = ["/chat/act", "/chat/say", "/chat/try"];
    if (!ours.includes(new URL(form.action).pathname)) return;
    event.preventDefault();
    (isLine(form) ? say : press)(form, event.submitter);
  });

  const copied = (button) => {
    button.classList.add("done");
    button.textContent = "Copied";
    page.say("Copied");
    setTimeout(() => {
      button.classList.remove("done");
      button.textContent = "Copy";
    }, 2000);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const code = button.closest("figure").querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      if (!document.execCommand("copy")) return;
    }
    copied(button);
  });
})();
