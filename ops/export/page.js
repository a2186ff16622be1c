"use strict";
(() => {
  const chunks = JSON.parse(document.getElementById("chunks").textContent);
  const panel = document.getElementById("chunk");
  const empty = panel.innerHTML;
  const parts = chunks.map(() => []);
  for (const span of document.querySelectorAll(".text span"))
    for (const number of span.dataset.c.split(" ")) parts[number].push(span);
  let pinned = null;
  let lit = null;

  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };
  const show = (number) => {
    if (number === lit) return;
    if (lit !== null) for (const span of parts[lit]) span.classList.remove("lit");
    lit = number;
    if (number === null) { panel.innerHTML = empty; return; }
    for (const span of parts[number]) span.classList.add("lit");
    const chunk = chunks[number];
    const list = document.createElement("dl");
    for (const [name, value] of chunk.facts) list.append(element("dt", name), element("dd", value));
    panel.replaceChildren(element("h3", chunk.title), list);
    if (chunk.keywords.length) {
      const words = document.createElement("ul");
      words.append(...chunk.keywords.map((word) => element("li", word)));
      panel.append(words);
    }
  };
  const chunkAt = (target) => {
    const span = target.closest ? target.closest(".text span") : null;
    return span ? Number(span.dataset.c.split(" ").pop()) : null;
  };
  const go = (number) => {
    pinned = Math.min(Math.max(number, 0), chunks.length - 1);
    show(pinned);
    if (parts[pinned].length) parts[pinned][0].scrollIntoView({ block: "center" });
  };

  document.addEventListener("mouseover", (event) => { if (pinned === null) show(chunkAt(event.target)); });
  document.addEventListener("click", (event) => {
    const number = chunkAt(event.target);
    if (number === null && panel.contains(event.target)) return;
    pinned = number === pinned ? null : number;
    show(number);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !chunks.length) return;
    if (event.key === "n") go(pinned === null ? (lit === null ? 0 : lit) : pinned + 1);
    else if (event.key === "p") go((pinned === null ? 1 : pinned) - 1);
    else if (event.key === "Escape") { pinned = null; show(null); }
  });
})();
