import { fact } from "./page.js";
import { listOwn } from "./own.js";

listOwn({ page: "/ui/opening.html", empty: "roomsEmpty", facts: ({ body }, rows) => [...fact("buyer", body.name), ...rows] });
