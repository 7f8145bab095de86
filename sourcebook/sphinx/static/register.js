/* Turns a register of rows into one that a reader can search and filter. Without this script all rows show. */
(() => {
  "use strict";
  let serial = 0;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const words = (element) => {
    const copy = element.cloneNode(true);
    for (const link of copy.querySelectorAll(".row-permalink, .place-link")) link.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const labelled = (label, control) => {
    control.id = `register-control-${++serial}`;
    return make("div", { className: "filter-control" }, make("label", { htmlFor: control.id, textContent: label }), control);
  };

  function prepare(table) {
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, cells: [...row.cells].map(words) }));
    for (const entry of rows) entry.text = entry.cells.join(" ").toLocaleLowerCase();

    const search = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const selects = [...table.tHead.rows[0].cells]
      .map((head, column) => ({ head, column }))
      .filter(({ head }) => head.classList.contains("filter"))
      .map(({ head, column }) => {
        const values = [...new Set(rows.map(({ cells }) => cells[column]))].filter(Boolean).sort();
        const all = make("option", { value: "", textContent: "all" });
        const options = values.map((value) => make("option", { value, textContent: value }));
        return { column, label: words(head), select: make("select", {}, all, ...options) };
      });
    const reset = make("button", { type: "button", textContent: "Show all" });
    const count = make("output");
    count.setAttribute("aria-live", "polite");

    const apply = () => {
      const wanted = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { row, cells, text } of rows) {
        const keep =
          wanted.every((word) => text.includes(word)) &&
          selects.every(({ column, select }) => !select.value || cells[column] === select.value);
        row.hidden = !keep;
        shown += keep;
      }
      count.value = `${shown} of ${rows.length} rows`;
      reset.disabled = shown === rows.length;
    };
    const clear = () => {
      search.value = "";
      for (const { select } of selects) select.value = "";
      apply();
    };
    const follow = () => {
      // A permalink always leads to its row, whatever is filtered.
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (target && target.hidden && table.contains(target)) {
        clear();
        target.scrollIntoView();
      }
    };

    search.addEventListener("input", apply);
    for (const { select } of selects) select.addEventListener("change", apply);
    reset.addEventListener("click", () => {
      clear();
      search.focus();
    });
    window.addEventListener("hashchange", follow);

    const bar = make("div", { className: "filter-bar" }, labelled("Search the rows", search),
      ...selects.map(({ label, select }) => labelled(label, select)), reset, count);
    bar.setAttribute("role", "search");
    bar.setAttribute("aria-label", `Filter the rows: ${table.caption ? words(table.caption) : "this table"}`);
    (table.closest(".pst-scrollable-table-container") ?? table).before(bar);
    apply();
    follow();
  }

  for (const table of document.querySelectorAll("table.register")) prepare(table);
})();
