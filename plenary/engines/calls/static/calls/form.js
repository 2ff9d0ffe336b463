// What a form of a call does by itself: counting words, showing only what is asked, finding in long lists. It sends and keeps
// nothing, so that the preview at the desk can have it too. Event "plenary:put": answers were put in by a script.
"use strict";
(() => {
  const form = document.getElementById("answer");
  if (!form) return;
  document.documentElement.classList.add("js");
  const say = form.dataset;

  // ---- words ----
  // The same rule as on the server: see engines/classify/words.py.
  const SINGLE = "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff";
  const BLANK = " \t\n\r\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
  const WORD = new RegExp(`[${SINGLE}]|[^${BLANK}${SINGLE}]*(?![${SINGLE}])[\\p{L}\\p{N}][^${BLANK}${SINGLE}]*`, "gu");
  const countWords = (text) => (text.match(WORD) || []).length;
  window.plenaryCountWords = countWords;
  for (const area of form.querySelectorAll("textarea[data-most]")) {
    const least = Number(area.dataset.least);
    const most = Number(area.dataset.most);
    const count = document.createElement("p");
    count.className = "count";
    area.after(count);
    const show = () => {
      const n = countWords(area.value);
      count.textContent = say.words.replace("{n}", n) + (most ? " / " + (least ? least + "–" : "") + most : "");
      count.classList.toggle("over", Boolean(most) && n > most);
      count.classList.toggle("fits", n >= least && n > 0 && (!most || n <= most));
    };
    area.addEventListener("input", show);
    form.addEventListener("plenary:put", show);
    show();
  }

  // ---- only what is asked ----
  const given = (code) => {
    const field = document.getElementById("f-" + code + "-field");
    if (!field || field.hidden) return [];
    const found = [];
    for (const control of field.querySelectorAll("[name^='f-']")) {
      if (control.type === "hidden" && control.value === "") continue;
      if ((control.type === "checkbox" || control.type === "radio") && !control.checked) continue;
      if (control.value.trim()) found.push(control.value);
    }
    return found;
  };
  const conditional = [...form.querySelectorAll("[data-when]")];
  const ask = () => {
    for (const field of conditional) {
      const values = given(field.dataset.when);
      const among = field.dataset.among ? field.dataset.among.split(" ") : [];
      field.hidden = !(among.length ? values.some((value) => among.includes(value)) : values.length > 0);
    }
  };
  if (conditional.length) {
    form.addEventListener("change", ask);
    form.addEventListener("plenary:put", ask);
    ask();
  }

  // ---- suggestions ----
  // Without a script the button sends the form, and the choice is made on the server.
  for (const button of form.querySelectorAll(".suggestions button[value^='take:']")) {
    button.addEventListener("click", (event) => {
      const code = button.value.split(":").slice(2).join(":");
      const field = button.closest(".field");
      const box = [...field.querySelectorAll("input[type=checkbox]")].find((each) => each.value === code);
      const control = box || field.querySelector("select");
      if (!control) return;
      event.preventDefault();
      if (box) {
        box.checked = true;
        const folded = box.closest("details");
        if (folded) folded.open = true;
      } else control.value = code;
      control.dispatchEvent(new Event("change", { bubbles: true }));
      button.closest("li").remove();
      control.focus();
    });
  }

  // ---- finding in long lists ----
  for (const list of form.querySelectorAll(".options.long")) {
    const search = document.createElement("input");
    search.type = "search";
    search.className = "list-search";
    search.placeholder = say.search;
    search.setAttribute("aria-label", say.search);
    list.before(search);
    const bare = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const options = [...list.querySelectorAll("label")].map((option) => [option, bare(option.textContent)]);
    const none = document.createElement("p");
    none.className = "quiet";
    none.setAttribute("role", "status");
    none.textContent = "";
    list.append(none);
    search.addEventListener("input", (event) => {
      event.stopPropagation();
      const wanted = bare(search.value.trim());
      let found = 0;
      for (const [option, text] of options) {
        const fits = text.includes(wanted);
        found += fits;
        option.hidden = !fits && !option.querySelector("input").checked;
      }
      for (const details of list.querySelectorAll("details")) {
        details.hidden = ![...details.querySelectorAll("label")].some((option) => !option.hidden);
        details.open = wanted ? !details.hidden : Boolean(details.querySelector("input:checked"));
      }
      none.textContent = found ? "" : say.none;
    });
    search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }
})();
