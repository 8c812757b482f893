import { fact } from "./page.js";
import { listOwn } from "./own.js";

listOwn({ page: "/ui/procedure.html", empty: "deskEmpty",
    facts: ({ questions }, rows) => questions > 0 ? [...rows, ...fact("questionsWaiting", String(questions))] : rows });
