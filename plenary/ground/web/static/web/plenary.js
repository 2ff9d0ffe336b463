// Adds the reader's own time beside the convener's, where the two differ. Everything works without it.
"use strict";
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const language = document.documentElement.lang;
  const words = (instant, timeZone, more) =>
    new Intl.DateTimeFormat(language + "-u-nu-latn", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone, ...more }).format(instant);
  for (const time of document.querySelectorAll("time[data-zone]")) {
    const instant = new Date(time.dateTime);
    try {
      // Two zones may have the same clock on that day: then there is nothing to add.
      if (!zone || words(instant, zone) === words(instant, time.dataset.zone)) continue;
      const yours = document.createElement("span");
      yours.className = "yours";
      yours.textContent = "\u00a0· " + words(instant, zone, { timeZoneName: "short" });
      time.append(yours);
    } catch {
      // A browser that does not know the zone shows the convener's time alone.
    }
  }
})();
