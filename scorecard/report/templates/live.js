const source = new EventSource("/events");
source.addEventListener("changed", () => {
  const open = [...document.querySelectorAll("details[open][id]")].map((one) => one.id);
  sessionStorage.setItem("open", JSON.stringify({ open, top: scrollY }));
  location.reload();
});
const kept = JSON.parse(sessionStorage.getItem("open") || "{}");
(kept.open || []).forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
scrollTo(0, kept.top || 0);
