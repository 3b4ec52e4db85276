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

  const busyWith = (old) => {
    const at = document.activeElement;
    return old.contains(at) && at.matches("input, textarea") && at.value !== at.defaultValue;
  };

  const replace = (old, fresh, answer) => {
    const newer = Number(fresh.dataset.rev) > Number(old.dataset.rev);
    if (!answer && (!newer || busyWith(old))) return false;
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
    const follow = answer || atEnd(box);
    const old = document.getElementById(fresh.id);
    clock(fresh);
    fresh.classList.toggle("fresh", !old);
    if (old) {
      if (!replace(old, fresh, answer)) return;
    } else {
      place(box.querySelector(".messages"), fresh);
    }
    const whole = pane(number);
    whole.dataset.rev = Math.max(Number(whole.dataset.rev), Number(fresh.dataset.rev));
    if (fresh.dataset.spoken) {
      say(fresh.dataset.spoken);
      news(number);
    }
    if (follow) toMessage(box, fresh);
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
