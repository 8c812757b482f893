// A bid sealed in the browser, opened by `pli`; a line cut in the middle; a tab closed and opened again.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { accessible, at, browse, consultation, pageOf, pli, set, shot, sql } from "./browser.mjs";

let browser;
before(async () => (browser = await browse()));
after(() => browser.close());

function files(size) {
    const memo = { name: "Mémoire technique.txt", mimeType: "text/plain", buffer: Buffer.from("Nous ferons au mieux.\n") };
    const plans = { name: "plans.bin", mimeType: "application/octet-stream", buffer: randomBytes(size) };
    return [memo, plans];
}

// Opens by two members of the commission at the command line; the documents as they came out.
function opened(id) {
    sql(`update pli.consultation set deadline = clock_timestamp() where id = '${id}'`);
    pli("member-1", "open", id, "--key", at("member-1.key"));
    pli("member-2", "open", id, "--key", at("member-2.key"));
    const folder = `${set.folder}/opened-${id}`;
    mkdirSync(folder);
    pli("buyer", "opening", id, "--output", folder);
    return { state: JSON.parse(pli("buyer", "--json", "opening", id)), folder };
}

async function fill(page, id, chosen, signed = true) {
    await page.goto(`/ui/deposit.html?consultation=${id}`);
    await page.getByLabel(/Fichiers du pli « offre »/).setInputFiles(chosen);
    if (signed)
        await page.getByLabel("Clé et certificat").setInputFiles([at("company-1.key"), at("company-1.pem")]);
}

async function receiptOf(page) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Enregistrer l'accusé" }).click()]);
    const path = `${set.folder}/${download.suggestedFilename()}`;
    await download.saveAs(path);
    return path;
}

function pathsIn(folder) {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => entry.isDirectory() ? pathsIn(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]);
}

function documentsOf(folder) {
    return (name) => readFileSync(pathsIn(folder).find((path) => path.endsWith("/" + name)));
}

test("a bid signed and sealed in the browser is opened by the commission's command", async () => {
    const id = consultation();
    const page = await pageOf(browser, "company-1");
    const chosen = files(3 * 262144 + 17);
    await fill(page, id, chosen);
    await accessible(page);
    await shot(page, "deposit");
    await page.getByRole("button", { name: "Sceller et déposer" }).click();
    await page.getByRole("heading", { name: "Votre pli est reçu" }).waitFor();
    await accessible(page);
    await shot(page, "deposit-done");
    const receipt = await receiptOf(page);
    pli(null, "receipt", "verify", receipt, "--trust", set.trust, "--journal-key", set.journalKey);
    const { state, folder } = opened(id);
    const envelope = state.deposits[0].envelopes[0];
    assert.equal(envelope.report.outcome, "opened");
    assert.equal(envelope.report.verification.signatures[0].intact, true);
    assert.notEqual(envelope.report.verification.indication, "TOTAL-FAILED");
    for (const { name, buffer } of chosen)
        assert.deepEqual(documentsOf(folder)(name), buffer);
    assert.deepEqual(page.faults, []);
});

test("a line that is cut, a deposit suspended and a tab closed cost only time", async () => {
    const id = consultation();
    let page = await pageOf(browser, "company-1");
    const context = page.context();
    const chosen = files(24 * 1024 * 1024);
    chosen.forEach(({ name, buffer }) => writeFileSync(`${set.folder}/${name}`, buffer));
    const paths = chosen.map(({ name }) => `${set.folder}/${name}`);
    await fill(page, id, paths);
    let puts = 0;
    await page.route("**/chunks/*", (route) => (++puts === 2 ? route.abort("connectionreset") : route.continue()));
    await page.getByRole("button", { name: "Sceller et déposer" }).click();
    await page.waitForResponse((answer) => answer.url().includes("/chunks/") && answer.status() === 204);
    await page.waitForResponse((answer) => answer.url().includes("/chunks/") && answer.status() === 204);
    await page.getByRole("button", { name: "Suspendre" }).click();
    await page.getByText("Envoi suspendu").waitFor();
    await page.close();
    page = await context.newPage();
    await page.goto(`/ui/deposit.html?consultation=${id}`);
    await page.getByText("Un dépôt a été interrompu ici").waitFor();
    await page.getByLabel(/Fichiers du pli « offre »/).setInputFiles(paths);
    await page.getByRole("button", { name: "Sceller et déposer" }).click();
    await page.getByRole("heading", { name: "Votre pli est reçu" }).waitFor();
    const { folder } = opened(id);
    for (const { name, buffer } of chosen)
        assert.deepEqual(documentsOf(folder)(name), buffer);
});
