// Looks by itself how far work in the background is, until it is over. Without it there is the link “Look again”.
"use strict";
(() => {
  const bar = document.getElementById("progress");
  const words = document.querySelector("[data-progress]");
  if (!bar || !words || !window.fetch) return;
  const look = async () => {
    try {
      const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const next = page.getElementById("progress");
      if (!next) {
        location.reload();
        return;
      }
      for (const name of ["value", "max"]) {
        if (next.hasAttribute(name)) bar.setAttribute(name, next.getAttribute(name));
      }
      words.textContent = page.querySelector("[data-progress]").textContent;
    } catch { /* the line broke: look again later */ }
    setTimeout(look, 1500);
  };
  setTimeout(look, 1500);
})();
