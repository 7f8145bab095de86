// Loads the page again when the report was built anew, and shows what is wrong with an edit on top of the last good one.
(() => {
  const banner = document.createElement("pre");
  banner.setAttribute("role", "alert");
  Object.assign(banner.style, {
    position: "fixed", inset: "auto 0 0 0", zIndex: 9999, margin: 0, padding: "1rem", maxHeight: "50vh", overflow: "auto",
    whiteSpace: "pre-wrap", background: "#fff", color: "#8a0000", borderTop: "4px solid #8a0000",
  });
  const seen = new URL(document.currentScript.src).search;
  const news = new EventSource("/_live" + seen);
  news.addEventListener("pages", () => location.reload());
  news.addEventListener("fault", (event) => {
    banner.textContent = event.data;
    document.body.append(banner);
  });
})();
