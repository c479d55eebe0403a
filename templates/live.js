/* What a served page does when something was recorded: it loads anew, where the reader was. */
(() => {
const mine = (location.pathname.match(/^\/journals\/([^/]+)\//) || [])[1];
const key = "open " + location.pathname;
const folds = () => [...document.querySelectorAll("details")];
const name = fold => (fold.querySelector("[id]") || fold).id;
try {
  const before = JSON.parse(sessionStorage.getItem(key) || "[]");
  folds().forEach(fold => { if (before.includes(name(fold))) fold.open = true; });
  sessionStorage.removeItem(key);
} catch (error) { /* without storage all is folded again */ }
const source = new EventSource("/events");
source.addEventListener("changed", event => {
  if (mine && !JSON.parse(event.data).includes(decodeURIComponent(mine))) return;
  if (["INPUT", "SELECT"].includes((document.activeElement || {}).tagName)) return;
  try { sessionStorage.setItem(key, JSON.stringify(folds().filter(fold => fold.open).map(name))); } catch (error) { /* as above */ }
  source.close();
  location.reload();
});
})();
