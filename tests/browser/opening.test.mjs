// Two members of the commission, each in a browser of its own, open what was sealed: by the browser, and by `pli`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { accessible, at, browse, consultation, pageOf, pli, set, shot, sql } from "./browser.mjs";

let browser;
before(async () => (browser = await browse()));
after(() => browser.close());

function depositByCommand(who, id, text) {
    const folder = `${set.folder}/${who}-${id}`;
    writeFileSync(`${folder}.txt`, text);
    pli(who, "sign", "--key", at(`${who}.key`), "--certificate", at(`${who}.pem`), "--output", `${folder}.asice`, `${folder}.txt`);
    pli(who, "seal", "--consultation", id, "--kind", "offre", "--output", `${folder}.pli`, `${folder}.asice`);
    pli(who, "deposit", "--consultation", id, "--receipt", `${folder}.xml`, `${folder}.pli`);
}

async function depositByPage(who, id, name, text) {
    const page = await pageOf(browser, who);
    await page.goto(`/ui/deposit.html?consultation=${id}`);
    await page.getByLabel(/Fichiers du pli/).setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    await page.getByRole("button", { name: "Sceller et déposer" }).click();
    await page.getByRole("heading", { name: "Votre pli est reçu" }).waitFor();
}

// A key under a passphrase, as `pli key new` and authorities give it.
function encrypted(who) {
    const path = `${set.folder}/${who}.p12`;
    execFileSync("openssl", ["pkcs12", "-export", "-inkey", at(`${who}.key`), "-in", at(`${who}.pem`), "-passout", "pass:ouvre-toi", "-out", path]);
    return path;
}

async function handOver(page, key, passphrase) {
    await page.getByLabel("Fichier de votre clé").setInputFiles(key);
    await page.getByLabel("Mot de passe").fill(passphrase);
    await page.getByRole("button", { name: "Remettre mes parts" }).click();
}

test("two members open in two browsers what the page and the command sealed", async () => {
    const id = consultation();
    await depositByPage("company-1", id, "offre-page.txt", "du navigateur");
    depositByCommand("company-2", id, "de la commande");
    const first = await pageOf(browser, "member-1");
    await first.goto(`/ui/opening.html?id=${id}`);
    await first.getByText("Rien ne peut être ouvert avant la date limite").waitFor();
    assert.equal(await first.getByRole("button", { name: "Remettre mes parts" }).isDisabled(), true);
    sql(`update pli.consultation set deadline = clock_timestamp() where id = '${id}'`);
    await first.reload();
    await handOver(first, at("member-2.key"), "");
    await first.getByText("Cette clé n'ouvre aucune de vos parts").waitFor();
    await handOver(first, encrypted("member-1"), "mauvais");
    await first.getByText("Le mot de passe n'ouvre pas").waitFor();
    await handOver(first, encrypted("member-1"), "ouvre-toi");
    await first.getByText("Parts remises : 2").waitFor();
    const second = await pageOf(browser, "member-2", { viewport: { width: 390, height: 844 } });
    await second.goto(`/ui/opening.html?id=${id}`);
    await handOver(second, at("member-2.key"), "");
    for (const page of [first, second]) {
        await page.getByText("Ouverture terminée").waitFor();
        await page.getByRole("link", { name: "offre-page.txt" }).waitFor();
        await accessible(page);
    }
    await shot(first, "opening");
    await shot(second, "opening-phone");
    const [download] = await Promise.all([first.waitForEvent("download"), first.getByRole("link", { name: "offre-page.txt" }).click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream())
        chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), "du navigateur");
    assert.equal(await first.getByText("signature intègre").count() + await first.getByText("signature valide").count(), 1);
    assert.deepEqual([...first.faults, ...second.faults], []);
});
