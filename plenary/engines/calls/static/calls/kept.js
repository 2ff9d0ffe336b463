// Shows what calls.js kept on this device of a form whose page is not shown any more: after the close, or once a draft
// belongs to an account. Nothing is sent from here.
"use strict";
(() => {
  const place = document.getElementById("kept");
  if (!place) return;
  const found = [];
  try {
    for (let number = 0; number < localStorage.length; number += 1) {
      const key = localStorage.key(number);
      // The form's address may have had a language before it and a query behind.
      if (key.startsWith("plenary-draft:") && key.split("?")[0].endsWith(place.dataset.name)) found.push(key);
    }
    const texts = [];
    for (const key of found) {
      const stored = JSON.parse(localStorage.getItem(key));
      for (const [name, value] of stored.answers) {
        const [code, piece] = name.replace(/^f-/, "").split(".");
        if (value.trim()) texts.push(((stored.labels || {})[code] || code) + (piece ? " (" + piece + ")" : "") + ":\n" + value);
      }
    }
    if (!texts.length) return;
    document.getElementById("kept-text").value = texts.join("\n\n");
  } catch {
    return; // no storage, or not ours: there is nothing to show
  }
  document.getElementById("kept-forget").addEventListener("click", () => {
    for (const key of found) localStorage.removeItem(key);
    place.hidden = true;
  });
  place.hidden = false;
})();
