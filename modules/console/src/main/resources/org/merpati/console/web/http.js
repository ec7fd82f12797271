// Requests to the console's API: JSON in, JSON out, an Error with the server's sentence when it refuses.

async function answer(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    body = { error: `the console answered with HTTP status ${response.status}` };
  }
  if (!response.ok) {
    throw Object.assign(new Error(body.error), { status: response.status });
  }
  return body;
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw Object.assign(new Error("the console does not answer: is its node running?"), { status: 0 });
  }
  return answer(response);
}

export function get(path) {
  return request(path, { method: "GET" });
}

export function post(path, body, csrf) {
  const headers = { "Content-Type": "application/json" };
  if (csrf) {
    headers["X-CSRF-Token"] = csrf;
  }
  return request(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Who is signed in; leaves for the login page if nobody is. */
export async function session() {
  try {
    return await get("/api/session");
  } catch (refused) {
    if (refused.status === 401) {
      location.replace("/login");
    }
    throw refused;
  }
}

/** Signs out when the button is pressed. */
export function logoutBy(button, csrf) {
  button.addEventListener("click", async () => {
    try {
      await post("/api/logout", {}, csrf);
    } finally {
      location.replace("/login");
    }
  });
}

/** Sends a form by a function of its values; shows its error; one at a time. */
export function submitBy(form, send) {
  const error = form.querySelector("#error");
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)));
    } catch (refused) {
      error.textContent = sentence(refused.message);
      error.hidden = false;
      form.querySelector("input[type=password]:not([hidden])").select();
    } finally {
      button.disabled = false;
    }
  });
}

/** A sentence with a capital letter and a full stop. */
export function sentence(text) {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!…]$/.test(first) ? first : first + ".";
}
