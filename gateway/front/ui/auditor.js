import { get, instant, make, place, start, word } from "./page.js";

let keys = [];
let said = () => word("loading");

function row(key) {
    return make("tr", {}, make("th", { scope: "row" }, key.use), make("td", {}, make("code", {}, key.id)), make("td", {}, key.from ? instant(key.from) : ""),
        make("td", {}, key.revoked ? word("keyRevoked") : key.until ? word("keyEnded") : word("keyInUse")));
}

function draw() {
    place("status").textContent = said();
    place("keys").replaceChildren(...keys.map(row));
}

async function load() {
    try {
        keys = (await get("/api/v1/keys")).keys;
        place("checkpoint").textContent = await get("/checkpoint", "text/plain").catch(() => word("journalEmpty"));
        said = () => "";
    } catch {
        said = () => word("unavailable");
    }
    draw();
}

place("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const area = place("receipt");
    area.hidden = false;
    area.textContent = await get(`/api/v1/receipts/${encodeURIComponent(place("event").value)}`, "application/xml").catch((error) => error.message);
});
start(draw);
load();
