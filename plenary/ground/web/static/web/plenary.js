// Adds the reader's own time beside the convener's, where the two differ. Everything works without it.
"use strict";
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const language = document.documentElement.lang.replace(/^en$/, "en-GB") + "-u-nu-latn";
  const day = { day: "numeric", month: "long" };
  const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const words = (instant, timeZone, style) => new Intl.DateTimeFormat(language, { ...style, timeZone }).format(instant);
  for (const time of document.querySelectorAll("time[data-zone]")) {
    const instant = new Date(time.dateTime);
    const theirs = time.dataset.zone;
    try {
      // Two zones may have the same clock on that day: then there is nothing to add.
      if (!zone || words(instant, zone, { ...day, ...hour }) === words(instant, theirs, { ...day, ...hour })) continue;
      const sameDay = words(instant, zone, day) === words(instant, theirs, day);
      const yours = document.createElement("span");
      yours.className = "yours";
      const timeZoneName = zone === "UTC" ? "short" : "shortGeneric"; // UTC is called UTC, not GMT+0
      yours.textContent = "(" + words(instant, zone, { ...(sameDay ? {} : day), ...hour, timeZoneName }) + ")";
      // In a span such as 10:00–11:30 it stands behind the whole.
      const next = time.nextSibling;
      const end = next && next.nodeType === Node.TEXT_NODE && /^\s*–\s*[\d:]+/.exec(next.data);
      if (end) next.splitText(end[0].length);
      (end ? next : time.lastChild).after(" ", yours);
    } catch {
      // A browser that does not know the zone shows the convener's time alone.
    }
  }
})();
