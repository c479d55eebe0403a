/* What a script adds to a page that is whole without it. */
(() => {
const all = what => [...document.querySelectorAll(what)];
const make = (tag, text, kind) => { const node = document.createElement(tag); node.textContent = text; if (kind) node.className = kind; return node; };
const button = (text, act) => { const node = make("button", text); node.type = "button"; node.onclick = () => act(node); return node; };
const ago = from => {
  const minutes = Math.round((Date.now() - from) / 6e4);
  if (minutes < 1) return "just now";
  if (minutes < 60) return minutes + " min ago";
  return minutes < 2880 ? Math.round(minutes / 60) + " h ago" : Math.round(minutes / 1440) + " days ago";
};
const age = document.querySelector("dl.summary time");
if (age) {
  const told = age.parentNode.appendChild(make("span", "", "age"));
  const tell = () => { told.textContent = " (" + ago(new Date(age.dateTime)) + ")"; };
  tell();
  setInterval(tell, 6e4);
}
const clocks = all("main time");
if (clocks.length) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  let local = false;
  const swap = button("Show local time", node => {
    local = !local;
    clocks.forEach(clock => {
      clock.utc ??= clock.textContent;
      const day = clock.utc.length > 8;
      clock.textContent = local ? new Date(clock.dateTime).toLocaleString("sv", day ? { dateStyle: "short", timeStyle: "medium" } : { timeStyle: "medium" }) : clock.utc;
    });
    node.textContent = local ? "Show UTC (now " + zone + ")" : "Show local time";
  });
  const bar = make("p", "", "tools");
  bar.append(swap);
  document.querySelector("dl.summary").after(bar);
}
all("details.evidence").forEach(item => {
  const copy = button("Copy", node => {
    const text = item.querySelector("pre").textContent;
    const done = () => { node.textContent = "Copied"; setTimeout(() => { node.textContent = "Copy"; }, 2e3); };
    const old = () => {
      const area = make("textarea", text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      node.focus();
    };
    (navigator.clipboard ? navigator.clipboard.writeText(text).catch(old) : Promise.resolve(old())).then(done);
  });
  copy.className = "copy";
  item.append(copy);
});
all("table.log").forEach(table => {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 8) return;
  const bar = make("div", "", "tools");
  const label = make("label", "Filter ");
  const text = make("input", "");
  text.type = "search";
  label.append(text);
  const kinds = [...new Set(rows.map(row => row.dataset.k))].sort();
  const told = make("span", "");
  told.setAttribute("role", "status");
  const off = new Set();
  const show = () => {
    const words = text.value.toLowerCase();
    let count = 0;
    rows.forEach(row => {
      row.hidden = off.has(row.dataset.k) || !row.textContent.toLowerCase().includes(words);
      count += !row.hidden;
    });
    told.textContent = count === rows.length ? "" : count + " of " + rows.length;
  };
  text.oninput = show;
  bar.append(label);
  if (kinds.length > 1) kinds.forEach(kind => {
    const toggle = button(kind, node => {
      off.has(kind) ? off.delete(kind) : off.add(kind);
      node.setAttribute("aria-pressed", !off.has(kind));
      show();
    });
    toggle.setAttribute("aria-pressed", "true");
    bar.append(toggle);
  });
  bar.append(told);
  table.parentNode.before(bar);
});
all("[id^=e-]").forEach(node => {
  const link = node.localName === "a" ? node : make("a", "");
  link.className = "p";
  link.textContent = "#";
  link.href = "#" + node.id;
  link.ariaLabel = "Link to this";
  if (link !== node) (node.cells ? node.cells[0] : node.closest("details") || node).append(link);
});
if (matchMedia("(max-width: 69.9rem)").matches) all(".contents details").forEach(item => { item.open = false; });
const open = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target && target.closest("details");
  if (fold) fold.open = true;
};
addEventListener("hashchange", open);
open();
addEventListener("beforeprint", () => all("details").forEach(item => { item.open = true; }));
})();
