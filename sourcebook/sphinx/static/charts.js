/* Turns a figure's static picture into an interactive chart, when the figure comes into view.
   Without this script, or if drawing fails, the static picture stays. Nothing is fetched from another host. */
(() => {
  "use strict";
  const bundle = new URL("vega.js", document.currentScript.src).href;
  const drawn = new Map(); // chart -> the view that is shown in it
  let loading;

  const shade = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");
  const refuse = () => Promise.reject(new Error("charts carry their own data"));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

  const vega = () =>
    (loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = bundle;
      script.onload = resolve;
      script.onerror = () => reject(new Error("vega.js did not load"));
      document.head.append(script);
    }));

  async function draw(chart) {
    try {
      await vega();
      const spec = JSON.parse(chart.querySelector(".chart-spec").textContent);
      delete spec.usermeta; // options in there would have the last word
      const dark = shade();
      spec.config = window.sourcebookCharts[dark];
      // Compiled here, since the embedder warns that Vega-Lite 5 names an older Vega than the one that both are bundled with.
      const { $schema, ...compiled } = window.vegaLite.compile(spec).spec;
      const place = document.createElement("div");
      place.className = "chart-live";
      place.setAttribute("role", "img");
      place.setAttribute("aria-label", chart.dataset.alt);
      const { view } = await window.vegaEmbed(place, compiled, {
        mode: "vega",
        ast: true, // evaluate expressions without eval, which the page's policy forbids
        actions: false,
        renderer: "svg",
        loader,
        tooltip: { theme: dark },
      });
      place.querySelector("svg").setAttribute("aria-hidden", true); // the whole is one picture, and its data are a table
      drawn.get(chart)?.finalize();
      drawn.set(chart, view);
      chart.querySelector(".chart-live")?.remove();
      chart.append(place);
      chart.dataset.drawn = dark;
    } catch (error) {
      console.warn(`The static picture stays: ${error.message}`);
    }
  }

  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((entry) => entry.isIntersecting)) {
        seen.unobserve(entry.target);
        draw(entry.target);
      }
    },
    { rootMargin: "200px" },
  );
  for (const chart of document.querySelectorAll(".chart")) seen.observe(chart);

  // A chart that is wider than its place scrolls, and so the keyboard must reach it.
  const reached = { tabindex: 0, role: "group", "aria-label": "Chart, wider than the window" };
  const fits = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const wide = target.scrollWidth > target.clientWidth;
      for (const [name, value] of Object.entries(reached)) wide ? target.setAttribute(name, value) : target.removeAttribute(name);
    }
  });
  for (const chart of document.querySelectorAll(".chart")) fits.observe(chart);

  new MutationObserver(() => {
    for (const [chart] of drawn) if (chart.dataset.drawn !== shade()) draw(chart);
  }).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
