/* Turns citations into ones to copy: those of the report, and those of each row of the register. Without this script
   they can be selected and downloaded, and every row has its permalink. */
(() => {
  "use strict";
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  async function put(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page opened from a folder may lack the clipboard: the older way copies a selection.
      const area = make("textarea", { value: text });
      (document.querySelector("dialog[open]") ?? document.body).append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("refused");
    }
  }

  function button(what, text) {
    const copy = make("button", { type: "button", className: "citing-copy", textContent: "Copy" });
    copy.setAttribute("aria-label", `Copy ${what}`);
    const told = make("span", { className: "citing-told" });
    told.setAttribute("role", "status");
    copy.addEventListener("click", async () => {
      const focused = document.activeElement;
      try {
        await put(text());
        told.textContent = "Copied";
      } catch {
        told.textContent = "Your browser did not allow it: select the text and copy it.";
      }
      focused?.focus();
      setTimeout(() => { told.textContent = ""; }, 4000);
    });
    return make("div", { className: "citing-bar" }, copy, told);
  }

  for (const text of document.querySelectorAll(".citing-text")) text.after(button("the citation", () => text.textContent));
  for (const form of document.querySelectorAll(".citing-form")) {
    const name = form.querySelector("summary").textContent;
    form.querySelector("summary").after(button(name, () => form.querySelector("pre").textContent));
  }

  const data = document.querySelector("script.citing-data");
  if (!data) return;
  const { row, forms, url } = JSON.parse(data.textContent);
  const title = make("h2", { id: "citing-title" });
  const body = make("div", { className: "citing-choices" });
  const close = make("button", { type: "button", className: "citing-close", textContent: "Close" });
  const dialog = make("dialog", { className: "citing-dialog" }, title, body, close);
  dialog.setAttribute("aria-labelledby", title.id);
  close.addEventListener("click", () => dialog.close());
  // A click beside the dialog closes it; one on its edge, or a selection of text that ends outside, does not.
  let beside = false;
  dialog.addEventListener("pointerdown", ({ target, clientX: x, clientY: y }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    beside = target === dialog && (x < left || x > right || y < top || y > bottom);
  });
  dialog.addEventListener("click", (event) => beside && event.target === dialog && dialog.close());
  // Sphinx has a use of its own for Escape, on the whole page, and with it the dialog would stay open.
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
  document.body.append(dialog);

  function open(id) {
    title.textContent = `Cite row ${id}`;
    const address = url ? url + encodeURIComponent(id) : `${location.href.split("#")[0]}#${encodeURIComponent(id)}`;
    const texts = [{ label: "Permalink", text: address }, ...forms.map(({ label, text }) => ({ label, text: text.replaceAll(row, () => id).trim() }))];
    body.replaceChildren(...texts.map(({ label, text }) =>
      make("section", {}, make("h3", { textContent: label }), make("pre", { textContent: text, tabIndex: 0 }), button(label, () => text))));
    dialog.showModal();
  }

  for (const link of document.querySelectorAll("tr[id] a.row-permalink")) {
    const id = link.closest("tr").id;
    const cite = make("button", { type: "button", className: "citing-row", textContent: "Cite" });
    cite.setAttribute("aria-label", `Cite row ${id}`);
    cite.setAttribute("aria-haspopup", "dialog");
    cite.addEventListener("click", () => open(id));
    link.after(cite);
  }
})();
