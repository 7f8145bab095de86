/* Turns a register of rows into one that a reader can search and filter. Without this script all rows show. Where the rows are
   spread over pages, it searches the rows of all pages, and brings an address with the id of a row to that row's page. */
(() => {
  "use strict";
  const MOST = 200; // rows found on other pages that are shown at a time
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
  // The id that the address names; behind its # may stand anything.
  const named = () => {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return "";
    }
  };
  const labelled = (label, control) => {
    control.id = `register-control-${++serial}`;
    return make("div", { className: "filter-control" }, make("label", { htmlFor: control.id, textContent: label }), control);
  };

  // The rows of all pages, each with the number of its page: scripts, since a page opened from a folder may read nothing else.
  function load(nav) {
    const files = nav.dataset.found.split(" ").filter(Boolean);
    return Promise.all(files.map((source, place) => new Promise((done, failed) => {
      const name = `${nav.dataset.name}-${place + 1}`;
      const given = () => done(window.sourcebookRows?.[name] ?? []);
      if (window.sourcebookRows?.[name]) return given();
      const script = make("script", { src: source, onload: given, onerror: () => failed(new Error(source)) });
      document.head.append(script);
    }))).then((parts) => parts.flat().map(([page, ...cells]) => ({
      page, cells, shown: cells.map((cell) => cell.replace(/\s+/g, " ").trim()), text: cells.join(" ").replace(/\s+/g, " ").toLocaleLowerCase(),
    })));
  }

  function prepare(table) {
    const holder = table.closest(".pst-scrollable-table-container") ?? table;
    const nav = holder.previousElementSibling?.matches("nav.turning") ? holder.previousElementSibling : null;
    if (nav?.dataset.found) return prepareAll(table, holder, nav);
    return prepareOne(table, holder);
  }

  // A register over several pages: what is found anywhere takes the place of this page's rows.
  function prepareAll(table, holder, nav) {
    const own = [...table.tBodies[0].rows];
    const heads = [...table.tHead.rows[0].cells];
    const search = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const selects = heads.map((head, column) => ({ head, column }))
      .filter(({ head }) => head.classList.contains("filter"))
      .map(({ head, column }) => ({ column, label: words(head), select: make("select", {}, make("option", { value: "", textContent: "all" })) }));
    const reset = make("button", { type: "button", textContent: "Show this page", disabled: true });
    const count = make("output");
    count.setAttribute("aria-live", "polite");
    const found = make("tbody", { className: "register-found" });
    const numbers = nav.dataset.first;
    const address = (page, id) =>
      `${page === 1 ? numbers : numbers.replace(/[^/]*$/, `${nav.dataset.name}-${page}.html`)}#${encodeURIComponent(id)}`;
    let waiting = null;
    const all = () => (waiting ??= load(nav).then((rows) => {
      for (const { column, select } of selects) {
        const values = [...new Set(rows.map(({ shown }) => shown[column]))].filter(Boolean).sort();
        select.append(...values.map((value) => make("option", { value, textContent: value })));
      }
      return rows;
    }));
    const line = ({ page, cells }) => make("tr", {}, ...cells.map((cell, column) => {
      const model = own[0].cells[column];
      const data = make("td", { className: model.className });
      data.dataset.label = model.dataset.label;
      const parts = cell.split("\n").filter((part) => part.trim()).map((part) => make("p", { textContent: part }));
      if (model.classList.contains("anchor")) parts.splice(0, 1, make("p", {}, make("a", { href: address(page, cell), textContent: cell })));
      data.append(...parts);
      return data;
    }));
    let turn = 0;
    const apply = async () => {
      const mine = ++turn;
      const wanted = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      const chosen = selects.filter(({ select }) => select.value);
      let rows;
      try {
        rows = await all();
      } catch {
        count.value = "The rows of the other pages could not be read.";
        return;
      }
      if (mine !== turn) return;
      const none = !wanted.length && !chosen.length;
      const kept = none ? [] : rows.filter(({ shown, text }) =>
        wanted.every((word) => text.includes(word)) && chosen.every(({ column, select }) => shown[column] === select.value));
      found.replaceChildren(...kept.slice(0, MOST).map(line));
      for (const row of own) row.hidden = !none;
      const more = kept.length > MOST ? `, the first ${MOST} shown` : "";
      count.value = none ? `${own.length} of ${rows.length} rows on this page` : `${kept.length} of ${rows.length} rows${more}`;
      reset.disabled = none;
    };
    search.addEventListener("input", apply);
    for (const { select } of selects) select.addEventListener("change", apply);
    const clear = () => {
      search.value = "";
      for (const { select } of selects) select.value = "";
      return apply();
    };
    reset.addEventListener("click", () => clear().then(() => search.focus()));
    const bar = make("div", { className: "filter-bar" }, labelled("Search the rows of all pages", search),
      ...selects.map(({ label, select }) => labelled(label, select)), reset, count);
    bar.setAttribute("role", "search");
    bar.setAttribute("aria-label", "Filter the rows of all pages of this table");
    bar.addEventListener("focusin", () => all().catch(() => {}), { once: true });
    bar.addEventListener("pointerenter", () => all().catch(() => {}), { once: true });
    table.append(found);
    holder.before(bar);
    window.addEventListener("hashchange", () => {
      const target = document.getElementById(named());
      if (target?.hidden && table.contains(target)) clear().then(() => target.scrollIntoView());
    });
  }

  function prepareOne(table, holder) {
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
      const target = document.getElementById(named());
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
    holder.before(bar);
    apply();
    follow();
  }

  // The address of a row that stands on another page: over the index of ids, which is sorted as here, to that page.
  const order = (one, other) => {
    const [a, b] = [one, other].map((id) => id.match(/^(\D*)(\d*)([^]*)$/));
    if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
    return Number(a[2]) - Number(b[2]) || (a[3] < b[3] ? -1 : Number(a[3] > b[3]));
  };
  const elsewhere = () => {
    const id = named();
    if (!id) return;
    const listed = document.getElementById(id);
    if (listed?.closest(".row-index")) return location.replace(listed.querySelector("a").href);
    if (listed) return;
    for (const nav of document.querySelectorAll("nav.turning")) {
      const pages = [...nav.querySelectorAll(".turning-index a")];
      const at = pages.filter(({ dataset }) => order(dataset.from, id) <= 0 && order(id, dataset.to) <= 0)[0];
      if (at) location.replace(`${at.href}#${encodeURIComponent(id)}`);
    }
  };

  for (const table of document.querySelectorAll("table.register")) prepare(table);
  window.addEventListener("hashchange", elsewhere);
  elsewhere();
})();
