"use strict";

/* The stream of what changes: read as long as the page is open, taken up again when it breaks. */
(() => {
  const SILENT_MS = 25000;
  const LONGEST_MS = 15000;
  const BACK_MS = 2000;
  const OFFLINE = "You are offline. What you see may be out of date.";
  const notice = document.getElementById("offline");
  let wait = 0;
  let stop = null;
  let over = false;
  let keeping = false;

  const known = (name) =>
    [...document.querySelectorAll(".pane")].map((pane) => pane.dataset[name]).join(".");

  const tell = (text) => {
    notice.textContent = text;
    notice.hidden = !text;
  };

  const ended = () => {
    over = true;
    stop?.abort();
    tell("You are signed out here. ");
    const link = document.createElement("a");
    link.href = "/chat";
    link.textContent = "Sign in again";
    notice.append(link);
  };

  const handle = (name, data) => {
    wait = 0;
    tell("");
    if (name === "piece") page.apply(data);
    else if (name === "over") ended();
    else if (name === "elsewhere" && document.hidden) over = true;
    else if (name === "elsewhere") wait = BACK_MS;
  };

  /* Server-sent events, read by hand: so a refusal can be told from a broken line. */
  const parse = (text) => {
    const data = [];
    let name = "";
    for (const line of text.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("data: ")) data.push(line.slice(6));
    }
    handle(name, data.join("\n"));
  };

  const read = async () => {
    stop = new AbortController();
    let silence = setTimeout(() => stop.abort(), SILENT_MS);
    try {
      const url = `/chat/live?since=${known("rev")}&who=${known("who")}`;
      const answer = await fetch(url, { signal: stop.signal });
      if (answer.status === 401) return ended();
      if (!answer.ok) return undefined;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        clearTimeout(silence);
        silence = setTimeout(() => stop.abort(), SILENT_MS);
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        events.forEach(parse);
      }
    } finally {
      clearTimeout(silence);
    }
  };

  const follow = async () => {
    while (!over) {
      try {
        await read();
      } catch {
        // the line broke, or was silent for too long: what follows takes it up again
      }
      if (over) return;
      if (!navigator.onLine) tell(OFFLINE);
      else if (wait) tell("Reconnecting… what you see may be out of date.");
      await new Promise((resolve) => {
        setTimeout(resolve, wait + Math.random() * 300);
        addEventListener("online", resolve, { once: true });
      });
      wait = Math.min(wait * 2 || 1000, LONGEST_MS);
    }
  };

  const keep = async () => {
    over = false;
    if (keeping) return;
    keeping = true;
    await follow();
    keeping = false;
  };

  document.addEventListener("signedout", ended);

  addEventListener("offline", () => {
    tell(OFFLINE);
    stop?.abort();
  });

  /* Another tab took the place of this one, or was signed in meanwhile: whoever looks at this
     one again goes on with it. */
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && over) keep();
  });

  addEventListener("pagehide", () => {
    over = true;
    stop?.abort();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  keep();
})();
