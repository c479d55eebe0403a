/* The search of a site's index. Data come in as scripts, so that it works from a folder as well. */
(function () {
  "use strict";
  const FIELDS = ["slug", "title", "status", "severity", "service", "type", "lead", "updated", "owed", "words"];
  const FACETS = ["status", "severity", "service", "type"];
  const MOST = 100;
  const form = document.getElementById("search");
  const text = document.getElementById("text");
  const found = document.getElementById("found");
  const results = document.getElementById("results");
  const latest = document.getElementById("latest");
  const pages = form.dataset.pages.split(" ").filter(Boolean);
  const all = [];
  const index = new MiniSearch({
    fields: ["title", "slug", "service", "lead", "words"],
    searchOptions: { prefix: true, combineWith: "AND", boost: { title: 4, slug: 3, service: 2 },
                     fuzzy: term => (term.length > 5 ? 0.2 : false) },
  });
  const waiting = [];
  let started = false, loaded = 0, soon = 0;

  window.triageShard = rows => { waiting.push(rows); };

  function take() {
    for (let rows; (rows = waiting.shift());) {
      const fresh = rows.map(row => {
        const item = { id: all.length };
        FIELDS.forEach((name, place) => { item[name] = row[place]; });
        all.push(item);
        return item;
      });
      index.addAll(fresh);
      fresh.forEach(item => { item.words = ""; });
    }
  }

  function next() {
    if (loaded === pages.length) { show(); return; }
    const script = document.createElement("script");
    script.src = "data/" + encodeURIComponent(pages[loaded]) + ".js";
    script.onload = script.onerror = () => {
      loaded += 1;
      take();
      script.remove();
      if (wanted() && loaded % 10 === 0) show();
      setTimeout(next, 0);
    };
    document.head.append(script);
  }

  function start() {
    if (!started) { started = true; next(); }
  }

  const chosen = name => { const field = document.getElementById(name); return field ? field.value : ""; };
  const wanted = () => text.value.trim() !== "" || FACETS.some(chosen);

  function show() {
    const query = text.value.trim();
    results.hidden = !wanted();
    latest.hidden = wanted();
    if (!wanted()) { found.textContent = ""; results.replaceChildren(); return; }
    const fits = item => FACETS.every(name => !chosen(name) || item[name] === chosen(name));
    const items = query
      ? index.search(query).map(hit => all[hit.id]).filter(fits)
      : all.filter(fits).sort((one, other) => (one.updated < other.updated ? 1 : -1));
    const list = document.createElement("ul");
    list.className = "journals";
    items.slice(0, MOST).forEach(item => list.append(entry(item)));
    results.replaceChildren(list);
    const still = loaded < pages.length ? ", still reading" : "";
    const more = items.length > MOST ? ", the first " + MOST + " are shown" : "";
    found.textContent = items.length + " of " + all.length + " journals" + more + still;
  }

  function entry(item) {
    const line = document.createElement("li");
    line.className = "journal";
    const head = document.createElement("h2");
    const link = document.createElement("a");
    link.href = "journals/" + encodeURIComponent(item.slug) + "/index.html";
    link.textContent = item.title;
    head.append(link);
    const facts = document.createElement("p");
    facts.className = "facts";
    const mark = document.createElement("span");
    mark.className = "mark " + item.status;
    mark.textContent = item.status.toUpperCase();
    facts.append(mark);
    const told = [item.severity, item.service, item.type, item.lead && "lead " + item.lead,
                  "updated " + item.updated.slice(0, 16).replace("T", " "), item.owed && item.owed + " open"];
    told.filter(Boolean).forEach(fact => {
      const span = document.createElement("span");
      span.textContent = fact;
      facts.append(span);
    });
    line.append(head, facts);
    return line;
  }

  function later() {
    start();
    clearTimeout(soon);
    soon = setTimeout(show, 40);
  }

  form.hidden = false;
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", later);
  form.addEventListener("focusin", start);
  if (wanted()) later();
}());
