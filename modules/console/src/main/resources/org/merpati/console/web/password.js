import { logoutBy, post, session, submitBy } from "./http.js";

const element = (id) => document.getElementById(id);
const who = await session();

element("who").textContent = who.address;
element("username").value = who.address;
element("given").hidden = !who.mustChange;
element("present").hidden = who.mustChange;
element("current").required = !who.mustChange;
element("back").hidden = who.mustChange;
element("back").href = who.home;
element(who.mustChange ? "password" : "current").focus();
logoutBy(element("logout"), who.csrf);

submitBy(element("form"), async ({ current, password, again }) => {
  if (password !== again) {
    throw new Error("the two new passwords differ");
  }
  await post("/api/password", { current, password }, who.csrf);
  location.replace(who.home);
});
