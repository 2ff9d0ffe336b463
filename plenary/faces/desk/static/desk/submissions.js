// Ticking rows: all of the page at once, a span with the shift key, and how many are ticked. Everything works without it.
"use strict";
(() => {
  const boxes = [...document.querySelectorAll('input[name="key"][form="chosen"]')];
  const head = document.querySelector("th.tick");
  const count = document.querySelector("[data-count]");
  if (!boxes.length || !head) return;
  const whole = document.createElement("input");
  whole.type = "checkbox";
  whole.setAttribute("aria-label", head.textContent.trim());
  head.append(whole);
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    whole.checked = ticked === boxes.length;
    whole.indeterminate = ticked > 0 && ticked < boxes.length;
    if (count) {
      count.hidden = !ticked;
      count.textContent = new Intl.NumberFormat(document.documentElement.lang + "-u-nu-latn").format(ticked);
    }
  };
  let last = -1;
  boxes.forEach((box, place) =>
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        const [from, to] = [Math.min(last, place), Math.max(last, place)];
        for (let at = from; at <= to; at += 1) boxes[at].checked = box.checked;
      }
      last = place;
      tell();
    }),
  );
  whole.addEventListener("change", () => {
    for (const box of boxes) box.checked = whole.checked;
    tell();
  });
  tell();
})();
