/* Turns the evidence page into one that a reader can filter, with a box beside the passage that the pointer or the focus is on.
   Without this script every row has its mark, its link and its place in the list of its paragraph. */
(() => {
  "use strict";
  const page = document.querySelector(".evidence");
  if (!page) return;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const rows = [...page.querySelectorAll(".evidence-row")].map((entry) => ({ entry, ...entry.dataset, parts: [], link: null }));
  const known = new Map(rows.map((row) => [row.row, row]));
  for (const part of page.querySelectorAll(".lane[data-row], .evidence-mark, .evidence-map a")) {
    const row = known.get(part.dataset.row);
    row.parts.push(part);
    if (part.matches("a")) row.link = part;
  }
  for (const { entry } of rows) {
    // The tab key goes from passage to passage; in the list the same links can be clicked and read.
    for (const link of entry.querySelectorAll("a")) link.tabIndex = -1;
  }
  // The box says what a browser's own tooltip would say a second time.
  for (const title of page.querySelectorAll(".evidence-map title")) title.remove();

  /* The box */
  const box = make("div", { className: "evidence-box", hidden: true });
  page.append(box);
  let shown = [];
  let closing = 0;
  let where = null; // a function that gives the rectangle which the box stands beside

  const light = (on) => {
    for (const id of shown) {
      const row = known.get(id);
      row.entry.classList.toggle("lit", on);
      for (const part of row.parts) (part.matches("a") ? part : part.closest(".segment")).classList.toggle("lit", on);
    }
  };
  const hide = () => {
    clearTimeout(closing);
    light(false);
    shown = [];
    box.hidden = true;
  };
  const place = () => {
    const near = where();
    if (near.bottom < 0 || near.top > window.innerHeight) return hide();
    const gap = 6;
    const { width, height } = box.getBoundingClientRect();
    const left = Math.max(gap, Math.min(near.left, document.documentElement.clientWidth - width - gap));
    // Above, since the passage goes on below; the page's head must stay clear.
    const above = near.top - height - gap;
    const top = above > 56 ? above : Math.min(near.bottom + gap, window.innerHeight - height - gap);
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
    return undefined;
  };
  const show = (ids, near) => {
    hide();
    where = near;
    shown = ids.filter((id) => known.has(id) && !known.get(id).entry.classList.contains("left-out"));
    if (!shown.length) return;
    light(true);
    box.replaceChildren(...shown.map((id) => {
      const line = known.get(id).entry.querySelector("p").cloneNode(true);
      for (const link of line.querySelectorAll("a")) link.removeAttribute("tabindex");
      return line;
    }));
    box.hidden = false;
    place();
  };
  const later = () => {
    clearTimeout(closing);
    closing = setTimeout(hide, 250);
  };
  // The rows of the passage at an element, the deepest line last.
  const covering = (element) => {
    const link = element.closest(".evidence-mark, .evidence-map a");
    if (link) return { ids: [link.dataset.row], place: link };
    const segment = element.closest(".segment");
    return segment ? { ids: [...segment.querySelectorAll(".lane[data-row]")].map((lane) => lane.dataset.row), place: segment } : null;
  };
  const under = (element, x, y) => {
    // A passage of several lines has several rectangles: the one that the pointer is on, wherever it is scrolled.
    const number = [...element.getClientRects()].findIndex(
      ({ top, bottom, left, right }) => y >= top - 2 && y <= bottom + 2 && x >= left - 2 && x <= right + 2);
    return () => element.getClientRects()[number] ?? element.getBoundingClientRect();
  };
  const at = (element) => () => element.getBoundingClientRect();

  page.addEventListener("pointerover", (event) => {
    if (box.contains(event.target)) return clearTimeout(closing);
    if (event.pointerType === "touch") return undefined;
    const found = covering(event.target);
    if (!found) return later();
    clearTimeout(closing);
    return show(found.ids, under(found.place, event.clientX, event.clientY));
  });
  page.addEventListener("pointerleave", later);
  page.addEventListener("focusin", ({ target }) => {
    const found = box.contains(target) ? null : covering(target);
    if (found) show(found.ids, at(target));
  });
  page.addEventListener("focusout", ({ relatedTarget }) => {
    if (!box.contains(relatedTarget)) later();
  });
  page.addEventListener("click", (event) => {
    const found = covering(event.target);
    if (!found || event.target.closest("a") || String(getSelection())) return;
    const ids = found.ids.filter((id) => !known.get(id).entry.classList.contains("left-out"));
    // One row is followed; of several, or under a finger, the reader chooses in the box.
    if (ids.length === 1 && event.pointerType === "mouse") known.get(ids[0]).link.click();
    else show(ids, under(found.place, event.clientX, event.clientY));
  });
  document.addEventListener("click", (event) => {
    if (!box.hidden && !box.contains(event.target) && !page.contains(event.target)) hide();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
  window.addEventListener("scroll", () => !box.hidden && place(), { passive: true });
  window.addEventListener("resize", () => !box.hidden && place());

  /* The filters */
  const selects = [["Kind", "kind"], ["Who", "who"], ["Subject", "topic"]].map(([label, name]) => {
    const values = [...new Set(rows.map((row) => row[name]))].filter(Boolean);
    if (name !== "kind") values.sort();
    const all = make("option", { value: "", textContent: "all" });
    const select = make("select", { id: `evidence-${name}` }, all, ...values.map((value) => make("option", { value, textContent: value })));
    return { name, select, control: make("div", { className: "filter-control" }, make("label", { htmlFor: select.id, textContent: label }), select) };
  });
  const lists = make("input", { type: "checkbox", id: "evidence-lists", checked: true });
  const reset = make("button", { type: "button", textContent: "Show all" });
  const count = make("output");
  count.setAttribute("aria-live", "polite");

  const apply = () => {
    hide();
    let kept = 0;
    for (const row of rows) {
      const out = selects.some(({ name, select }) => select.value && row[name] !== select.value);
      for (const part of [row.entry, ...row.parts]) part.classList.toggle("left-out", out);
      kept += !out;
    }
    for (const segment of page.querySelectorAll(".segment")) {
      segment.classList.toggle("bare", !segment.querySelector(".lane:not(.left-out)"));
    }
    count.value = `${kept} of ${rows.length} rows`;
    reset.disabled = kept === rows.length;
  };
  const clear = () => {
    for (const { select } of selects) select.value = "";
    apply();
  };
  const follow = () => {
    // A link to a row always leads to its passage, whatever is filtered.
    const row = known.get(location.hash.slice(1));
    if (!row) return;
    if (row.entry.classList.contains("left-out")) clear();
    // After the browser's own scrolling, which may come late.
    setTimeout(() => {
      row.link.scrollIntoView({ block: "center" });
      row.link.focus({ preventScroll: true });
      show([row.row], at(row.link));
    }, 100);
  };

  for (const { select } of selects) select.addEventListener("change", apply);
  lists.addEventListener("change", () => page.classList.toggle("without-lists", !lists.checked));
  reset.addEventListener("click", () => {
    clear();
    selects[0].select.focus();
  });
  window.addEventListener("hashchange", follow);

  const toggle = make("div", { className: "evidence-switch" }, lists, make("label", { htmlFor: lists.id, textContent: "Lists of rows" }));
  const bar = make("div", { className: "filter-bar" }, ...selects.map(({ control }) => control), toggle, reset, count);
  bar.setAttribute("role", "search");
  bar.setAttribute("aria-label", "Filter the passages");
  page.querySelector(".evidence-legend").after(bar);
  apply();
  follow();
})();
