// A town clerk's day by clicks only: a consultation from its draft to its publication, a question, an acte; then those who watch.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { accessible, at, browse, consultation, pageOf, pli, set, shot } from "./browser.mjs";

let browser;
before(async () => (browser = await browse()));
after(() => browser.close());

const paris = (when) => new Date(when.getTime() - when.getTimezoneOffset() * 60000).toISOString().slice(0, 19);

test("a buyer prepares, completes and publishes a consultation by clicks", async () => {
    const page = await pageOf(browser, "buyer");
    await page.goto("/ui/desk.html");
    await page.getByRole("link", { name: "Préparer une consultation" }).click();
    await page.getByRole("option", { name: /./ }).first().waitFor({ state: "attached" });
    await accessible(page);
    await shot(page, "draft");
    const reference = "B-" + Math.random().toString(36).slice(2);
    await page.getByLabel("Référence").fill(reference);
    await page.getByLabel("Intitulé").fill("Fourniture de bancs publics");
    await page.getByLabel("Objet").fill("Bancs pour la place du village");
    await page.getByLabel("Codes CPV").fill("39113600");
    await page.getByLabel("Date limite").fill(paris(new Date(Date.now() + 86400e3)));
    await page.getByLabel("Certificats des membres").setInputFiles(["member-1.pem", "member-2.pem", "member-3.pem"].map(at));
    await page.getByRole("button", { name: "Enregistrer le brouillon" }).click();
    await page.getByRole("heading", { name: "Fourniture de bancs publics" }).waitFor();
    await page.getByLabel("Ajouter ou remplacer un document").setInputFiles({ name: "Règlement.txt", mimeType: "text/plain", buffer: Buffer.from("Règlement de la consultation") });
    await page.getByRole("button", { name: "Envoyer" }).click();
    await page.getByRole("link", { name: "Règlement.txt" }).waitFor();
    page.on("dialog", (dialog) => dialog.accept());
    await page.getByRole("button", { name: "Publier maintenant" }).click();
    await page.getByText("publiée", { exact: true }).waitFor();
    await accessible(page);
    await shot(page, "procedure");
    const anyone = await pageOf(browser, null, { viewport: { width: 390, height: 844 } });
    await anyone.goto(`/?search=${reference}`);
    await anyone.getByRole("link", { name: "Fourniture de bancs publics" }).click();
    await anyone.getByRole("link", { name: "Règlement.txt" }).waitFor();
    await accessible(anyone);
    await shot(anyone, "consultation-phone");
    const [download] = await Promise.all([anyone.waitForEvent("download"), anyone.getByRole("link", { name: "Règlement.txt" }).click()]);
    assert.equal(readFileSync(await download.path(), "utf8"), "Règlement de la consultation");
    assert.deepEqual([...page.faults, ...anyone.faults], []);
});

test("a question is answered to all, its asker unnamed", async () => {
    const id = consultation();
    execFileSync("curl", ["-sS", "--fail-with-body", "--cacert", set.trust, "--cert", at("company-1.pem"), "--key", at("company-1.key"), "--resolve", `cert.localhost:${new URL(set.certified).port}:127.0.0.1`,
        "-H", "Content-Type: application/json", "-d", JSON.stringify({ question: "Quelle essence de bois ?" }), `${set.certified}/api/v1/consultations/${id}/questions`]);
    const page = await pageOf(browser, "buyer");
    await page.goto(`/ui/procedure.html?id=${id}`);
    await page.getByLabel("Réponse, publiée à tous").fill("Du chêne, ou l'équivalent.");
    await page.locator("#questions").getByRole("button", { name: "Envoyer" }).click();
    await page.getByText("Du chêne").waitFor();
    const answer = JSON.parse(execFileSync("curl", ["-sS", "--cacert", set.trust, `${set.public}/api/v1/consultations/${id}/questions`], { encoding: "utf8" }));
    assert.match(JSON.stringify(answer), /Du chêne/);
    assert.doesNotMatch(JSON.stringify(answer), /Duval/);
});

test("a clerk files an acte and sees it acknowledged by the State", async () => {
    const page = await pageOf(browser, "filer");
    await page.goto("/ui/filings.html");
    await accessible(page);
    await page.getByRole("link", { name: "Transmettre un acte" }).click();
    await page.getByRole("option", { name: "Délibération" }).waitFor({ state: "attached" });
    await accessible(page);
    const number = "N" + Math.random().toString(36).slice(2, 10).toUpperCase();
    await page.getByLabel("Numéro interne").fill(number);
    await page.getByLabel("Date de la décision").fill("2026-11-20");
    await page.getByLabel("Nature").selectOption("1");
    await page.getByLabel("Matière").fill("1.1");
    await page.getByLabel("Objet").fill("Réfection de l'école");
    await page.getByLabel("Date de la classification").fill("2019-08-29");
    await page.getByLabel("Le document, puis ses annexes").setInputFiles({ name: "note.pdf", mimeType: "application/pdf", buffer: Buffer.from("pas un PDF") });
    await page.getByRole("button", { name: "Transmettre" }).click();
    await page.getByText("Rien n'a été transmis").waitFor();
    await accessible(page);
    await page.getByLabel("Numéro interne").fill(number + "B");
    await page.getByLabel("Le document, puis ses annexes").setInputFiles(paper());
    await page.getByRole("button", { name: "Transmettre" }).click();
    await page.getByRole("heading", { name: "Réfection de l'école" }).waitFor();
    await page.getByText("acquittée par l'État").waitFor({ timeout: 60000 });
    await accessible(page);
    await shot(page, "filing");
    await page.goto(`/ui/filings.html`);
    await page.getByRole("link", { name: number + "B" }).waitFor();
    await shot(page, "filings");
    assert.deepEqual(page.faults, []);
});

function paper() {
    const path = `${set.folder}/deliberation.pdf`;
    execFileSync("/usr/bin/python3", ["-c", `import sys; sys.path.insert(0, ${JSON.stringify(set.harness)}); import papers; papers.pdf(sys.argv[1], "Délibération")`, path]);
    return path;
}

test("the operator watches, the auditor looks, and neither sees the other's page", async () => {
    const operator = await pageOf(browser, "operator");
    await operator.goto("/ui/operator.html");
    await operator.locator(".tile").first().waitFor();
    await accessible(operator);
    await shot(operator, "operator");
    const auditor = await pageOf(browser, "auditor");
    await auditor.goto("/ui/auditor.html");
    await auditor.getByText("en service").first().waitFor();
    await accessible(auditor);
    await shot(auditor, "auditor");
    await auditor.goto("/ui/operator.html");
    await auditor.getByText("Cette page demande un certificat").waitFor();
    assert.deepEqual([...operator.faults, ...auditor.faults], []);
});

test("anyone verifies a receipt on the public page, in both languages, with the keyboard alone", async () => {
    consultation();
    const events = JSON.parse(execFileSync("curl", ["-sS", "--cacert", set.trust, "--cert", at("buyer.pem"), "--key", at("buyer.key"), "--resolve", `cert.localhost:${new URL(set.certified).port}:127.0.0.1`,
        `${set.certified}/api/v1/events?after=-1&limit=1`], { encoding: "utf8" }));
    const receipt = `${set.folder}/public.xml`;
    writeFileSync(receipt, events.events[0].receipt);
    const page = await pageOf(browser, null);
    await page.goto("/ui/verify.html");
    await page.getByLabel("Fichier signé").setInputFiles(receipt);
    await page.getByLabel("Fichier signé").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("empreinte juste").first().waitFor();
    await accessible(page);
    await shot(page, "verify");
    await page.getByRole("button", { name: "English" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Prove a receipt" }).waitFor();
    await accessible(page);
    assert.deepEqual(page.faults, []);
});

test("the first page weighs less than 100 KB and asks nobody else for anything", async () => {
    const page = await pageOf(browser, null);
    let weight = 0;
    const others = [];
    page.on("response", async (answer) => (weight += (await answer.body().catch(() => Buffer.alloc(0))).length, answer.url().startsWith(set.public) || others.push(answer.url())));
    await page.goto("/");
    await page.getByRole("link").nth(3).waitFor();
    await page.waitForLoadState("networkidle");
    await accessible(page);
    await shot(page, "index");
    assert.ok(weight > 0 && weight < 100_000, `${weight} bytes`);
    assert.deepEqual(others, []);
});
