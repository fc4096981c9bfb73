"use strict";
const all = () => [...document.querySelectorAll("details")];
let opened = [];
addEventListener("beforeprint", () => {
  opened = all().filter((one) => !one.open);
  opened.forEach((one) => (one.open = true));
});
addEventListener("afterprint", () => opened.forEach((one) => (one.open = false)));
const button = document.getElementById("unfold");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const projects = [...document.querySelectorAll(".proj")];
    const open = projects.some((one) => !one.open);
    projects.forEach((one) => (one.open = open));
    button.setAttribute("aria-pressed", String(open));
  });
}
