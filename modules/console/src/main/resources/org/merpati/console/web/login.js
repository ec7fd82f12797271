import { post, submitBy } from "./http.js";

submitBy(document.getElementById("form"), async ({ name, password }) => {
  const who = await post("/api/login", { name, password });
  location.replace(who.mustChange ? "/password" : who.home);
});
