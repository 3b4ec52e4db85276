"use strict";

/* What the other scripts share: putting pieces into the page, and telling people about it. */
const page = (() => {
  const NEAR = 90;
  const announcer = document.getElementById("announcer");
  const toasts = document.getElementById("toasts");
  const title = document.title;
  let unseen = 0;

  const pane = (number) => document.getElementById(`pane-${number}`);
  const scroller = (number) => pane(number).querySelector(".scroller");
  const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  const toEnd = (box) => {
    box.scrollTop = box.scrollHeight;
    box.parentElement.querySelector(".newer").hidden = true;
  };
  /* Show the end; of a message that is taller than the view, its beginning. */
  const toMessage = (box, message) => {
    toEnd(box);
    const above = message.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (above < 0) box.scrollTop += above - 8;
  };

  const say = (text) => {
    if (!text) return;
    const line = document.createElement("p");
    line.textContent = text;
    announcer.append(line);
    setTimeout(() => line.remove(), 8000);
  };

  const toast = (text, bad = false) => {
    const line = document.createElement("p");
    line.className = bad ? "toast bad" : "toast";
    line.textContent = text;
    toasts.append(line);
    setTimeout(() => line.remove(), bad ? 9000 : 5000);
  };

  const clock = (root) => {
    for (const time of root.querySelectorAll("time:not([data-local])")) {
      const at = new Date(time.dateTime);
      const today = at.toDateString() === new Date().toDateString();
      const day = today ? {} : { day: "numeric", month: "short" };
      time.dataset.local = "";
      time.textContent = at.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
      time.title = at.toLocaleString();
    }
  };

  const news = (number) => {
    if (document.hidden) {
      unseen += 1;
      document.title = `(${unseen}) ${title}`;
    }
    const panes = document.querySelector(".panes");
    if (panes.dataset.shown === number) return;
    const dot = document.querySelector(`[data-tab="${number}"] .dot`);
    if (dot) dot.hidden = false;
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });

  const held = new Map();
  const changed = (root) =>
    [...root.querySelectorAll("input, textarea")].filter((at) => at.value !== at.defaultValue);
  const busyWith = (old) => old.contains(document.activeElement) && changed(old).length > 0;

  /* What was typed into a card goes on in the one that takes its place, if that asks for it. */
  const carry = (old, fresh) => {
    for (const field of changed(old)) {
      const twin = fresh.querySelector(`.field [name="${CSS.escape(field.name)}"]`);
      if (twin) twin.value = field.value;
    }
  };

  const replace = (old, fresh, answer) => {
    const newer = Number(fresh.dataset.rev) > Number(old.dataset.rev);
    if (!answer && !newer) return false;
    if (!answer && busyWith(old)) {
      held.set(fresh.id, fresh);
      return false;
    }
    if (!answer) carry(old, fresh);
    const focused = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (focused && !answer) focusOn(fresh);
    return true;
  };

  const place = (list, fresh) => {
    const no = Number(fresh.dataset.no);
    const behind = no && [...list.children].find((other) => Number(other.dataset.no) > no);
    if (behind) behind.before(fresh);
    else list.append(fresh);
  };

  const focusOn = (message) => {
    const heading = message.querySelector(".card-title");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };

  /* Put one message where it belongs; `answer` says that it answers what was done here just now. */
  const message = (fresh, answer) => {
    const number = fresh.dataset.pane;
    const box = scroller(number);
    const whole = pane(number);
    const follow = answer || atEnd(box);
    const old = document.getElementById(fresh.id);
    const { rev, spoken } = old?.dataset ?? {};
    const told = Number(rev) >= Number(fresh.dataset.rev) && spoken === fresh.dataset.spoken;
    /* An answer may come before older news: only the stream says how far the page is. */
    if (!answer) whole.dataset.rev = Math.max(whole.dataset.rev, fresh.dataset.rev);
    clock(fresh);
    fresh.classList.toggle("fresh", !old);
    if (old) {
      if (!replace(old, fresh, answer)) return;
    } else {
      place(box.querySelector(".messages"), fresh);
    }
    if (fresh.dataset.spoken && !told) {
      say(fresh.dataset.spoken);
      news(number);
    }
    if (follow && (answer || !fresh.nextElementSibling)) toMessage(box, fresh);
    else if (follow) toEnd(box);
    else if (!old) whole.querySelector(".newer").hidden = false;
  };

  /* Put pieces of HTML from this server where they belong; return the messages among them. */
  const apply = (html, answer = false) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const messages = [];
    for (const piece of [...template.content.children]) {
      if (piece.matches(".message")) {
        messages.push(piece);
        message(piece, answer);
      } else if (piece.matches(".toast")) {
        toast(piece.textContent, piece.matches(".bad"));
      } else {
        document.getElementById(piece.id)?.replaceWith(piece);
      }
    }
    return messages;
  };

  /* A card that was being filled in when it changed follows once it is left. */
  document.addEventListener("focusout", () => {
    setTimeout(() => {
      const late = [...held.values()];
      held.clear();
      for (const fresh of late) message(fresh, false);
    });
  });

  for (const box of document.querySelectorAll(".scroller")) {
    const last = box.querySelector(".message:last-child");
    if (last) toMessage(box, last);
    const button = box.parentElement.querySelector(".newer");
    button.addEventListener("click", () => toEnd(box));
    box.addEventListener("scroll", () => {
      if (atEnd(box)) button.hidden = true;
    });
  }
  clock(document);

  for (const tabs of document.querySelectorAll(".tabs")) {
    tabs.hidden = false;
    tabs.addEventListener("click", (event) => {
      const button = event.target.closest("[data-tab]");
      if (!button) return;
      const panes = document.querySelector(".panes");
      panes.dataset.shown = button.dataset.tab;
      button.querySelector(".dot").hidden = true;
      for (const other of tabs.children) other.ariaPressed = String(other === button);
      toEnd(scroller(button.dataset.tab));
    });
  }

  if (location.pathname.startsWith("/r/")) history.replaceState(null, "", "/chat");

  return { apply, focusOn, pane, say, toast, toEnd: (number) => toEnd(scroller(number)) };
})();
