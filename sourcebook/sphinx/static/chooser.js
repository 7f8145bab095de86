/* Turns the runs of a grid of choices into a form: whoever chooses reads at once what the ranking is then. Everything is
   looked up in the page's own data. Without this script the table of single changes shows. */
(() => {
  "use strict";

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const listing = (words) => [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" and ");
  const choices = (number) => `${number} ${number === 1 ? "choice" : "choices"}`;
  const leaders = (scores) => [...scores.keys()].filter((at) => scores[at] === Math.min(...scores));
  const different = (one, other) => [...one.keys()].filter((at) => one[at] !== other[at]);

  function prepare(box) {
    const { axes, base, hypotheses, runs } = JSON.parse(box.querySelector(".chooser-data").textContent);
    // Place in the full grid -> scores, in thousandths.
    const ran = new Map(runs.map((line) => line.split(" ").map(Number)).map(([place, ...scores]) => [place, scores]));
    if (!ran.size) return;
    const table = box.querySelector("table");
    const digits = [...ran.values()].flat().some((score) => score % 10) ? 3 : 2;
    const number = (thousandths) => (thousandths / 1000).toFixed(digits);
    const titled = (places) => listing(places.map((at) => `“${hypotheses[at].title}” (${hypotheses[at].id})`));
    const preset = axes.map(({ name, values }) => values.findIndex(({ text }) => text === base[name]));

    const place = (chosen) => chosen.reduce((sum, at, axis) => sum * axes[axis].values.length + at, 0);
    const chosenAt = (place) => {
      const chosen = [];
      for (const { values } of [...axes].reverse()) {
        chosen.unshift(place % values.length);
        place = Math.floor(place / values.length);
      }
      return chosen;
    };
    // Fewest changed choices; of several such, the one nearest to the report's.
    const nearest = (chosen) =>
      [...ran.keys()]
        .map((at) => ({ at, to: chosenAt(at) }))
        .map(({ at, to }) => [different(chosen, to).length, different(preset, to).length, at])
        .sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2])[0][2];

    const answer = (scores) => {
      if (!scores.length) return "No rated evidence is left, so no hypothesis stands out.";
      const lead = leaders(scores);
      const least = number(scores[lead[0]]);
      if (lead.length > 1) return `${titled(lead)} are tied with the least against them: inconsistency ${least}.`;
      const rest = scores.filter((score) => score !== scores[lead[0]]);
      const next = Math.min(...rest);
      const then = [...scores.keys()].filter((at) => scores[at] === next);
      const behind = rest.length ? `; next ${titled(then)}, ${number(next - scores[lead[0]])} behind` : "";
      return `The least speaks against ${titled(lead)}: inconsistency ${least}${behind}.`;
    };
    const comparison = (chosen, scores, what) => {
      const changed = different(preset, chosen).length;
      if (!changed) return "These are the report's choices.";
      const start = `${choices(changed)} ${changed === 1 ? "differs" : "differ"} from the report's`;
      const own = ran.get(place(preset));
      if (!own) return `${start}, which were not run, so there is nothing to compare with.`;
      if (String(leaders(own)) === String(leaders(scores))) return `${start}; ${what} is the same.`;
      const other = own.length ? titled(leaders(own)) : "no hypothesis";
      return `${start}; ${what} is another: with the report's it is ${other}.`;
    };

    const selects = axes.map(({ name, values }) => {
      const options = values.map(({ label }) => make("option", { textContent: label }));
      return make("select", { id: `${table.id}-${name}`, autocomplete: "off" }, ...options);
    });
    const controls = axes.map(({ label }, axis) =>
      make("div", { className: "filter-control" },
        make("label", { htmlFor: selects[axis].id, textContent: label }), selects[axis]));
    const reset = make("button", { type: "button", textContent: "Back to the report's choices" });
    const outcome = make("div", { className: "chooser-outcome" });
    outcome.setAttribute("role", "status"); // announced politely
    outcome.setAttribute("aria-atomic", "true");

    const links = new Map(
      [...box.querySelector(".chooser-names").content.querySelectorAll("a")].map((link) => [link.textContent, link]));
    const bars = hypotheses.map(({ id, title }) => {
      const row = links.get(id);
      const name = make("span", { className: "chooser-name" }, row ?? id, ` ${title}`);
      const score = make("span", { className: "chooser-score" });
      const length = make("span", { className: "chooser-length" });
      return { item: make("li", {}, name, score, make("span", { className: "chooser-bar" }, length)), score, length };
    });
    const list = make("ol", { className: "chooser-bars" });
    list.setAttribute("role", "list"); // some screen readers forget it where no numbers show
    list.setAttribute("aria-label", "Inconsistency of each hypothesis, lower is better");

    const draw = (scores) => {
      const most = Math.max(...scores, 1);
      const order = [...scores.keys()].sort((one, other) => scores[one] - scores[other] || one - other);
      for (const at of order) {
        bars[at].score.textContent = number(scores[at]);
        bars[at].length.style.width = `${(100 * scores[at]) / most}%`;
        bars[at].item.classList.toggle("leads", scores[at] === scores[order[0]]);
      }
      list.replaceChildren(...order.map((at) => bars[at].item));
    };
    const apply = () => {
      const chosen = selects.map((select) => select.selectedIndex);
      const wanted = place(chosen);
      const shown = ran.has(wanted) ? wanted : nearest(chosen);
      const scores = ran.get(shown);
      const lines = [];
      const run = shown === wanted;
      if (!run) {
        const taken = chosenAt(shown);
        const apart = different(chosen, taken);
        const changes = apart.map((axis) => `${axes[axis].label}: ${axes[axis].values[taken[axis]].label}`);
        lines.push(
          `These choices were not run. Shown are the nearest that were; they differ in ${choices(apart.length)} ` +
            `(${changes.join("; ")}).`,
        );
      }
      lines.push(answer(scores));
      lines.push(comparison(chosen, scores, run ? "the answer" : "the answer of the nearest"));
      outcome.replaceChildren(...lines.map((textContent) => make("p", { textContent })));
      draw(scores);
      axes.forEach(({ values }, axis) => {
        const [own, differs] = [values[preset[axis]].label, chosen[axis] !== preset[axis]];
        selects[axis].options[preset[axis]].text = differs ? `${own} (this report)` : own;
        controls[axis].classList.toggle("changed", differs);
        controls[axis].dataset.chosen = values[chosen[axis]].label; // for paper, which cuts a select short
      });
    };

    // The address carries what differs from the report: ?choices=axis.text for each such axis.
    const write = () => {
      const address = new URL(location.href);
      address.searchParams.delete("choices");
      axes.forEach(({ name, values }, axis) => {
        const at = selects[axis].selectedIndex;
        if (at !== preset[axis]) address.searchParams.append("choices", `${name}.${values[at].text}`);
      });
      try {
        history.replaceState(history.state, "", address);
      } catch {
        // A browser may refuse this to a page opened from a folder; the form works all the same.
      }
    };
    const read = () => {
      selects.forEach((select, axis) => (select.selectedIndex = preset[axis]));
      for (const given of new URLSearchParams(location.search).getAll("choices")) {
        const dot = given.indexOf(".");
        const axis = axes.findIndex(({ name }) => name === given.slice(0, dot));
        const at = axes[axis]?.values.findIndex(({ text }) => text === given.slice(dot + 1)) ?? -1;
        if (at >= 0) selects[axis].selectedIndex = at;
      }
    };
    const changed = () => {
      apply();
      write();
    };

    for (const select of selects) select.addEventListener("change", changed);
    reset.addEventListener("click", () => {
      selects.forEach((select, axis) => (select.selectedIndex = preset[axis]));
      changed();
    });

    const form = make("form", { className: "chooser-form" }, ...controls, reset);
    form.setAttribute("aria-label", "Choose yourself");
    const caption = make("div", { className: "chooser-caption" }, ...table.caption.childNodes);
    table.caption.remove();
    table.setAttribute("aria-label", "What one changed choice does");
    // Number, caption and address stand for the whole, no longer for the table alone.
    box.id = table.id;
    table.removeAttribute("id");
    const wrapped = table.closest(".pst-scrollable-table-container") ?? table;
    const fold = make("details", { className: "figure-data" }, make("summary", { textContent: "What one changed choice does" }));
    wrapped.before(caption, form, outcome, list, fold);
    fold.append(wrapped);
    read();
    apply();
  }

  for (const box of document.querySelectorAll(".chooser")) prepare(box);
})();
