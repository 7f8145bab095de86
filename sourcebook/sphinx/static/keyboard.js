/* Mends for the keyboard and for those who listen, what the theme's own script takes: where the focus is, and what is open. */
(() => {
  "use strict";
  const wide = window.matchMedia("(min-width: 992px)");
  const BUTTONS = ".theme-switch-button, .search-button__button, .sidebar-toggle";
  let last = null;

  // The theme takes the focus away from a button that was pressed, and then does not know where to give it back.
  const back = () => {
    if (last && document.activeElement === document.body && !document.querySelector("dialog[open]")) last.focus({ preventScroll: true });
  };
  document.addEventListener("click", ({ target }) => {
    last = target.closest(BUTTONS);
    if (last) setTimeout(back);
  }, true);
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => setTimeout(back));

  // The theme lets the keyboard reach what scrolls, but looks for it only when the window changes: so also when a fold opens.
  document.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")), true);

  // On a wide window the button folds the chapters away; on a narrow one it opens a dialog, which says so itself.
  const toggle = document.querySelector(".primary-toggle");
  const sidebar = document.querySelector("#pst-primary-sidebar");
  if (toggle && sidebar) {
    const say = () => {
      if (wide.matches) toggle.setAttribute("aria-expanded", !sidebar.classList.contains("pst-sidebar-hidden"));
      else toggle.removeAttribute("aria-expanded");
    };
    new MutationObserver(say).observe(sidebar, { attributeFilter: ["class"] });
    wide.addEventListener("change", say);
    say();
  }

  // How many pages a search found is announced.
  const results = document.querySelector("#search-results");
  if (results) {
    new MutationObserver(() => results.querySelector(".search-summary")?.setAttribute("role", "status")).observe(results, { childList: true });
  }
})();
