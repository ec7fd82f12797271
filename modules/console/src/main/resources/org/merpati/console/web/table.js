// Keeps a table's bodies as a list of rows says, touching only what has changed, so that nothing flickers and a
// selection or a reader's place stays.

const ROLES = { TR: "row", TD: "cell", TH: "rowheader", TBODY: "rowgroup" };

function make(tag) {
  const element = document.createElement(tag);
  const role = ROLES[element.tagName];
  if (role) {
    element.setAttribute("role", role);
  }
  return element;
}

function put(element, name, value) {
  if (element[name] !== value) {
    element[name] = value;
  }
}

function attribute(element, name, value) {
  if (value === undefined) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, String(value));
  }
}

/** A cell: {text, note, kind, label, span, header}; kind is the class that colours it. */
function fillCell(cell, spec) {
  put(cell, "className", spec.kind ?? "");
  attribute(cell, "colspan", spec.span);
  attribute(cell, "data-label", spec.label);
  while (cell.children.length < 2) {
    cell.append(make("span"));
  }
  const [text, note] = cell.children;
  put(text, "textContent", spec.text);
  put(note, "textContent", spec.note ?? "");
  put(note, "className", "note");
  put(note, "hidden", !spec.note);
}

function fillRow(row, spec) {
  put(row, "className", spec.kind ?? "");
  attribute(row, "data-key", spec.key);
  attribute(row, "data-state", spec.state);
  spec.cells.forEach((cell, i) => {
    const tag = cell.header ? "TH" : "TD";
    let element = row.children[i];
    if (!element || element.tagName !== tag) {
      const fresh = make(tag);
      if (cell.header) {
        fresh.setAttribute("scope", cell.header);
      }
      if (element) {
        element.replaceWith(fresh);
      } else {
        row.append(fresh);
      }
      element = fresh;
    }
    fillCell(element, cell);
  });
  while (row.children.length > spec.cells.length) {
    row.lastElementChild.remove();
  }
}

function fit(parent, count, tag) {
  while (parent.length < count) {
    parent.owner.append(make(tag));
  }
  while (parent.length > count) {
    parent.last.remove();
  }
}

const list = (owner, of) => ({
  owner,
  get length() {
    return of().length;
  },
  get last() {
    return of()[of().length - 1];
  },
});

/** Shows bodies, each a list of rows {key, kind, state, cells}. */
export function show(table, bodies) {
  fit(list(table, () => table.tBodies), bodies.length, "tbody");
  bodies.forEach((rows, i) => {
    const body = table.tBodies[i];
    fit(list(body, () => body.rows), rows.length, "tr");
    rows.forEach((row, j) => fillRow(body.rows[j], row));
  });
}
