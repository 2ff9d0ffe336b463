// What HTML alone cannot give the form of a call: saving as one writes, over a line that breaks; sending files in pieces.
// Without it everything works by the buttons. Counting words and showing only what is asked is in form.js.
"use strict";
(() => {
  const form = document.getElementById("answer");
  if (!form || !window.fetch || !window.FormData) return;
  document.documentElement.classList.add("sends");
  const say = form.dataset;
  const status = form.querySelector(".saved");
  const seenField = form.elements.seen;
  const PAUSE = 2500; // milliseconds after the last key before saving
  const PIECE = 128 * 1024; // bytes of a file sent at a time: a slow line loses little when it breaks
  let path = say.autosave;
  // The same in every language of the page.
  const nameOf = (address) => "plenary-draft:" + address.split("/answers/").pop();
  let kept = nameOf(path);
  const begun = "plenary-begun:" + path;
  let timer = 0;
  let saving = null;
  let written = ""; // the form as it was last saved
  let leaving = false;
  let sending = 0; // files on their way
  let isFinal = false; // it cannot be saved as things stand: no use in trying again
  const isUnsaved = "unsaved" in say; // the page shows what the site has not kept
  let pause = 10000; // milliseconds until what failed is tried again; longer each time

  const tell = (words, wrong) => {
    if (!status) return;
    status.textContent = words;
    status.classList.toggle("wrong", Boolean(wrong));
  };
  const clock = () => new Intl.DateTimeFormat(document.documentElement.lang + "-u-nu-latn", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date());

  // ---- what is in the form ----
  const answers = () => {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (name.startsWith("file-") || name === "detach") data.delete(name);
    return data;
  };
  const flat = (data) => [...data].filter(([name]) => name.startsWith("f-")).map(([name, value]) => [name, String(value)]);
  const state = () => JSON.stringify(flat(answers()));

  // ---- a copy on this device, for the time without a line ----
  // With what was asked: the copy may be read when there is no form any more (kept.js).
  const labels = {};
  for (const field of form.querySelectorAll(".field[data-code]")) labels[field.dataset.code] = field.querySelector("label, legend")?.firstChild.textContent.trim();
  const keep = () => {
    try {
      localStorage.setItem(kept, JSON.stringify({ at: Date.now(), seen: seenField.value, labels, answers: flat(answers()) }));
    } catch { /* a full or forbidden storage: the line is what counts */ }
  };
  const forget = () => {
    try {
      localStorage.removeItem(kept);
    } catch { /* nothing to forget */ }
  };
  const put = (pairs) => {
    const byName = new Map();
    for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) || []), value]);
    for (const control of form.elements) {
      if (!control.name || !control.name.startsWith("f-") || !byName.has(control.name) || control.type === "hidden") continue;
      const values = byName.get(control.name);
      if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
      else control.value = values[values.length - 1];
    }
  };
  const restore = () => {
    let stored = null;
    try {
      // Before an account had this draft, it was kept under the secret that led to it.
      const former = say.held && localStorage.getItem("plenary-draft:" + say.held + "/");
      if (former && !localStorage.getItem(kept)) localStorage.setItem(kept, former);
      if (former) localStorage.removeItem("plenary-draft:" + say.held + "/");
      stored = JSON.parse(localStorage.getItem(kept) || "null");
    } catch { /* unreadable: as if there were none */ }
    if (!stored || !Array.isArray(stored.answers)) return false;
    if (JSON.stringify(stored.answers) === state()) {
      if (!isUnsaved) forget();
      return false;
    }
    if (isUnsaved) return false; // the page itself shows what was written last
    put(stored.answers);
    // What was seen then is sent again, so that what others wrote meanwhile is not overwritten.
    seenField.value = stored.seen;
    return true;
  };

  // ---- saving ----
  // Signing in or out in another window makes the form's token useless; the answer brings the new one.
  const post = async (data) => {
    const send = () => fetch(path, { method: "POST", body: data, headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error" });
    const reply = await send();
    const told = (reply.headers.get("Content-Type") || "").includes("json") ? await reply.json() : {};
    if (!told.token) return [reply, told];
    for (const each of document.getElementsByName("csrfmiddlewaretoken")) each.value = told.token;
    data.set("csrfmiddlewaretoken", told.token);
    const again = await send();
    return [again, (again.headers.get("Content-Type") || "").includes("json") ? await again.json() : {}];
  };
  const save = async () => {
    clearTimeout(timer);
    if (saving) return saving;
    const now = state();
    if (now === written) return true;
    const data = answers();
    const sent = flat(data);
    keep();
    tell(say.saving);
    saving = (async () => {
      try {
        const [reply, told] = await post(data);
        if (!reply.ok || !told.saved) {
          if (told.saved === false && !told.problem) return true; // nothing to save yet
          tell(told.problem || say.failed, true);
          isFinal = Boolean(told.final);
          pause = told.wait ? told.wait * 1000 : Math.min(pause * 2, 120000);
          return false;
        }
        pause = 10000;
        written = JSON.stringify(sent);
        seenField.value = told.seen;
        moveTo(told.path);
        showProblems(told.problems || {});
        for (const conflict of told.conflicts || []) showConflict(conflict);
        // What is too long to be kept there stays here.
        if (state() === written && !Object.keys(told.problems || {}).length) forget();
        tell((told.conflicts || []).length ? say.conflict : say.saved + " " + clock() + (told.note ? " · " + told.note : ""), (told.conflicts || []).length > 0 || Boolean(told.note));
        return true;
      } catch {
        tell(say.offline, true);
        return false;
      } finally {
        saving = null;
      }
    })();
    const done = await saving;
    if (done && state() !== written) timer = setTimeout(save, PAUSE);
    else if (!done && !isFinal) timer = setTimeout(save, pause);
    return done;
  };
  // After the first saving the draft has an address of its own.
  const moveTo = (address) => {
    if (!address || address === path) return;
    forget();
    path = address;
    kept = nameOf(path);
    form.action = path;
    try {
      history.replaceState(null, "", path);
      sessionStorage.setItem(begun, path);
    } catch { /* the form's own address is what counts */ }
    const later = document.getElementById("later");
    if (!later) return;
    for (const each of later.querySelectorAll("form")) each.action = path + each.dataset.to;
    later.hidden = false;
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || !event.target.name) return;
    keep();
    soon();
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "file") send(event.target);
    else if (event.target.name) save();
  });
  form.addEventListener("focusout", () => state() !== written && save());
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => document.hidden && state() !== written && save());
  form.addEventListener("submit", (event) => {
    // The browser would put a page of its own in the place of the form.
    const isOffline = navigator.onLine === false;
    if (isOffline || sending) {
      event.preventDefault();
      if (isOffline) keep();
      tell(isOffline ? say.offline : say.busy, true);
      status.scrollIntoView({ block: "nearest" });
      return;
    }
    leaving = true;
    if (event.submitter && event.submitter.name === "detach") return;
    keep(); // until a page comes back that has it: the line may break on the way
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (sending || state() !== written)) event.preventDefault();
  });

  const fieldOf = (code) => document.getElementById("f-" + code + "-field");
  const showProblems = (problems) => {
    for (const place of form.querySelectorAll(".script-problem")) if (!(place.closest(".field").dataset.code in problems)) place.remove();
    for (const [code, sentences] of Object.entries(problems)) {
      const field = fieldOf(code);
      if (!field) continue;
      field.classList.add("wrong");
      let place = field.querySelector(".script-problem");
      if (!place) {
        place = document.createElement("p");
        place.className = "error-text script-problem";
        place.setAttribute("role", "alert");
        field.append(place);
      }
      place.textContent = sentences.join(" ");
    }
  };
  // Two wrote in the same field: both versions, and the choice.
  const showConflict = (conflict) => {
    const field = fieldOf(conflict.field);
    if (!field) return;
    field.querySelector(".theirs")?.remove();
    const box = document.createElement("div");
    box.className = "theirs";
    box.setAttribute("role", "alert");
    const line = (words, tag) => {
      const part = document.createElement(tag || "p");
      part.textContent = words;
      box.append(part);
      return part;
    };
    line(say.conflict, "b");
    line(conflict.theirs || say.nothing);
    const button = (words, act) => {
      const made = line(words, "button");
      made.type = "button";
      made.className = "do second";
      made.addEventListener("click", () => {
        act();
        box.remove();
        save();
      });
    };
    const simple = typeof conflict.written === "string" || conflict.written === null;
    if (simple)
      button(say.take, () => {
        const control = field.querySelector("textarea, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select");
        if (control) control.value = conflict.written || "";
        for (const box of field.querySelectorAll("input[type=checkbox], input[type=radio]")) box.checked = box.value === conflict.written;
      });
    button(say.keep, () => {
      written = ""; // what was seen now includes theirs: saving again is a decision
    });
    field.append(box);
  };

  // ---- names of organisations ----
  for (const pieces of form.querySelectorAll("[data-organisations]")) {
    const name = pieces.querySelector("input");
    const address = pieces.dataset.organisations;
    if (!name || !address) continue;
    const list = document.createElement("datalist");
    list.id = name.id + "-list";
    name.setAttribute("list", list.id);
    name.setAttribute("autocomplete", "off");
    pieces.append(list);
    let known = [];
    let asking = 0;
    name.addEventListener("input", () => {
      const chosen = known.find((each) => each.name === name.value);
      if (chosen) {
        for (const control of pieces.querySelectorAll("select, input")) {
          const piece = control.name.split(".").pop();
          if (control !== name && piece in chosen && !control.value) control.value = chosen[piece];
        }
        return;
      }
      clearTimeout(asking);
      asking = setTimeout(async () => {
        if (name.value.trim().length < 3) return;
        try {
          const reply = await fetch(address + "?q=" + encodeURIComponent(name.value.trim()), { headers: { Accept: "application/json" } });
          known = reply.ok ? (await reply.json()).items : [];
          list.replaceChildren(...known.map((each) => Object.assign(document.createElement("option"), { value: each.name })));
        } catch { /* without suggestions one writes the name */ }
      }, 300);
    });
  }

  // ---- files, in pieces ----
  const send = async (input) => {
    const field = input.closest(".field");
    const files = [...input.files];
    input.value = "";
    for (const failed of field.querySelectorAll(".files .error-text")) failed.closest("li").remove();
    sending += files.length;
    for (const file of files) {
      await sendOne(input, field, file).catch(() => {});
      sending -= 1;
    }
  };
  const sendOne = async (input, field, file) => {
    const code = field.dataset.code;
    const list = field.querySelector(".files");
    const item = document.createElement("li");
    const words = document.createElement("span");
    const bar = document.createElement("progress");
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.append(words, bar);
    list.append(item);
    const fail = (sentence) => {
      words.textContent = file.name + ": " + sentence;
      words.className = "error-text";
      words.setAttribute("role", "alert");
      bar.remove();
    };
    const limit = Number(input.dataset.megabytes);
    if (limit && file.size > limit * 1e6) return fail(say.tooLarge.replace("{n}", limit));
    // A file belongs to a draft: there must be one.
    if (!path.includes("/answers/")) {
      const made = await begin();
      if (!made) return fail(say.failed);
    }
    const token = () => form.elements.csrfmiddlewaretoken.value;
    const progress = (offset) => {
      bar.value = offset;
      words.textContent = say.uploading.replace("{name}", file.name).replace("{percent}", Math.floor((offset / file.size) * 100) + "\u00a0%");
    };
    let offset = 0;
    let upload = "";
    let pause = 1000;
    for (;;) {
      try {
        if (!upload) {
          const told = new FormData();
          for (const [name, value] of Object.entries({ field: code, name: file.name, size: file.size, modified: file.lastModified })) told.append(name, value);
          const reply = await fetch(path + "uploads/", { method: "POST", body: told, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
          if (reply.status === 403) await refresh();
          const body = await reply.json();
          if (!reply.ok) return fail(body.problem || say.failed);
          upload = body.upload;
          offset = body.offset;
        }
        progress(offset);
        const reply = await fetch(path + "uploads/" + upload + "/", {
          method: "POST",
          body: await file.slice(offset, offset + PIECE).arrayBuffer(),
          headers: { "X-CSRFToken": token(), "Content-Type": "application/octet-stream", "Upload-Offset": offset, "Upload-Length": file.size, "Upload-Field": code, "Upload-Name": encodeURIComponent(file.name), Accept: "application/json" },
        });
        if (reply.status === 403) await refresh();
        const body = await reply.json();
        pause = 1000;
        if (reply.status === 409 && "offset" in body) {
          offset = body.offset;
          continue;
        }
        if (reply.status === 404) {
          upload = "";
          continue;
        }
        if (!reply.ok) return fail(body.problem || say.failed);
        if (body.done) {
          arrived(field, item, body);
          return undefined;
        }
        offset = body.offset;
      } catch {
        words.textContent = say.uploadFailed.replace("{name}", file.name);
        await new Promise((again) => {
          const id = setTimeout(again, pause);
          window.addEventListener("online", () => (clearTimeout(id), again()), { once: true });
        });
        pause = Math.min(pause * 2, 30000);
      }
    }
  };
  const begin = async () => {
    if (await save() && path.includes("/answers/")) return true;
    const data = answers();
    data.set("save", "file");
    try {
      const [, told] = await post(data);
      moveTo(told.path);
      if (told.seen) seenField.value = told.seen;
      return Boolean(told.saved);
    } catch {
      return false;
    }
  };
  const arrived = (field, item, file) => {
    const name = document.createElement("span");
    name.className = "file-name";
    name.textContent = file.name;
    const key = document.createElement("input");
    key.type = "hidden";
    key.name = "f-" + field.dataset.code;
    key.value = file.file;
    const remove = document.createElement("button");
    remove.className = "quiet-button";
    remove.name = "detach";
    remove.value = file.file;
    remove.textContent = say.remove;
    item.replaceChildren(name, key, remove);
    written = state(); // the server has it already
    refresh();
  };
  // What was seen of a field with files changed with them; ask for the signs of now.
  const refresh = async () => {
    const data = answers();
    for (const name of [...data.keys()]) if (name.startsWith("f-")) data.delete(name);
    try {
      const [, told] = await post(data);
      if (told.seen) seenField.value = told.seen;
    } catch { /* the next saving asks again */ }
  };

  written = isUnsaved ? "" : state();
  if (isUnsaved) {
    keep();
    timer = setTimeout(save, Math.max(Number(say.unsaved) * 1000, PAUSE));
  }
  if (restore()) {
    form.dispatchEvent(new Event("plenary:put")); // form.js looks again at what is asked
    tell(say.restored);
    save();
  }
  // By a link to one field one comes to its control, else to the list of all problems.
  const aim = location.hash.startsWith("#f-") && document.getElementById(location.hash.slice(1));
  const summary = document.getElementById("problems");
  // Not before the browser has gone there itself, which takes the focus away.
  if (aim) window.addEventListener("load", () => setTimeout(() => (aim.matches("input, select, textarea") ? aim : aim.querySelector("input:not([type=hidden], [type=search]), select, textarea"))?.focus({ preventScroll: true })));
  else if (summary) summary.focus();

  // What was begun in this window before: who comes back to the empty form finds the way to it. Only as long as the window
  // is open: on a shared computer the next one is not led to it.
  const offer = document.getElementById("begun");
  const earlier = () => {
    try {
      return sessionStorage.getItem(begun);
    } catch {
      return null;
    }
  };
  if (offer && earlier()) {
    fetch(earlier(), { credentials: "same-origin", redirect: "error" }).then((reply) => {
      if (!reply.ok) return;
      offer.querySelector("a").href = earlier();
      offer.hidden = false;
    }, () => {});
  }
})();
