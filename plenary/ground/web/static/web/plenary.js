// Adds the reader's own time beside the convener's. Everything works without it.
"use strict";
for (const time of document.querySelectorAll("time[data-zone]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own || own === time.dataset.zone) continue;
  const instant = new Date(time.dateTime);
  const style = { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  const yours = document.createElement("span");
  yours.className = "yours";
  yours.textContent = " · " + new Intl.DateTimeFormat(document.documentElement.lang, style).format(instant);
  time.append(yours);
}
