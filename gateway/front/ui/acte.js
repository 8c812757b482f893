import { get, make, place, start, word } from "./page.js";
import { onSubmit, transmit } from "./transmit.js";

// What a main document and an annexe are filed as where the body has no other wish (@CTES, typology of pieces).
const MAIN = { 1: "99_DE", 2: "99_AR", 3: "99_AI", 4: "99_CO", 5: "99_BU", 6: "99_AU" };

function draw() {
    const kept = place("nature").value;
    place("nature").replaceChildren(...Object.keys(MAIN).map((nature) => make("option", { value: nature }, word(`nature-${nature}`))));
    if (kept)
        place("nature").value = kept;
}

onSubmit(() => {
    const nature = Number(place("nature").value);
    const files = [...place("files").files].map((file) => ({ name: file.name, file }));
    return transmit({ kind: "acte", number: place("number").value, date: place("date").value, nature, matter: place("matter").value, object: place("object").value,
        classification: place("classification").value, documents: files.map(({ name }) => ({ name, type: MAIN[nature] })) }, files);
});
start(draw);
get("/api/v1/classification").then((known) => known?.version && (place("classification").value = known.version), () => {});
