"""Several envelopes: kinds by lot, asked for at the commit without being read; replaced and withdrawn, each acknowledged."""
import papers


def test_candidature_and_offers_by_lot_are_asked_for_replaced_and_opened(stack, house):
    consultation = house.consultation(envelopes=["candidature", "offre"], lots=[{"number": "1", "title": "Bois"}, {"number": "2", "title": "Toit", "envelopes": ["offre"]}])

    def sealed(name, *options):
        _, files = house.bid("company-1", other, name=name)
        stack.pli("company-1", "seal", "--consultation", consultation, *options, "--output", house.at(name + "-sealed"), house.at(name + ".asice"))
        return house.at(name + "-sealed"), files

    other = house.consultation()
    candidature, first = sealed("candidature", "--kind", "candidature")
    lot1, second = sealed("lot1", "--kind", "offre", "--lot", "1")
    lot2, _ = sealed("lot2", "--kind", "offre", "--lot", "2")
    again2, third = sealed("lot2-again", "--kind", "offre", "--lot", "2")
    refused = stack.pli("company-1", "deposit", "--consultation", consultation, lot1, check=False)
    assert refused.returncode != 0 and "candidature" in refused.stderr
    stack.pli("company-1", "deposit", "--consultation", consultation, "--again", candidature, lot1, lot2)
    stack.pli("company-1", "deposit", "--consultation", consultation, again2)
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, first + second + third)


def test_technical_and_financial_envelopes_of_a_lot_go_in_one_deposit(stack, house):
    consultation = house.consultation(lots=[{"number": "1", "title": "Bois", "envelopes": ["offre-technique", "offre-financiere"]}])
    sealed, signed = [], []
    for name in ("offre-technique", "offre-financiere"):
        files = [papers.pdf(house.at(name + ".pdf"), name)]
        stack.pli("company-1", "pack", "--output", house.at(name + ".asice"), *files)
        stack.pli("company-1", "seal", "--consultation", consultation, "--kind", name, "--lot", "1", "--output", house.at(name + ".pli"), house.at(name + ".asice"))
        sealed.append(house.at(name + ".pli"))
        signed += files
    refused = stack.pli("company-1", "deposit", "--consultation", consultation, sealed[0], check=False)
    assert refused.returncode != 0 and "offre-financiere" in refused.stderr
    stack.pli("company-1", "deposit", "--consultation", consultation, "--again", "--receipt", house.at("receipt.xml"), *sealed)
    assert [(each["envelope"], each["kind"], each["lot"]) for each in house.receipt(house.at("receipt.xml"))["envelopes"]] == [
        ("offre-financiere-lot-1", "offre-financiere", "1"), ("offre-technique-lot-1", "offre-technique", "1")]
    house.end_now(consultation)
    house.open(consultation)
    house.assert_same(consultation, signed)


def test_a_withdrawal_is_acknowledged_and_its_tender_stays_sealed(stack, house):
    consultation = house.consultation()
    first, _ = house.bid("company-1", consultation)
    receipt, _ = house.deposit("company-1", consultation, first)
    deposit = house.receipt(receipt)["subject"]["id"]
    answers = []
    for n in range(2):  # its answer lost, it is asked again
        stack.pli("company-1", "deposit", "withdraw", deposit, "--receipt", house.at(f"withdrawn-{n}.xml"))
        with open(house.at(f"withdrawn-{n}.xml"), "rb") as file:
            answers.append(file.read())
    assert answers[0] == answers[1]
    assert stack.pli(None, "receipt", "verify", house.at("withdrawn-0.xml"), "--trust", stack.pki.path("root.pem")).returncode == 0
    assert house.receipt(house.at("withdrawn-0.xml"))["fact"] == "deposit.withdrawn"
    again, files = house.bid("company-1", consultation)
    kept, _ = house.deposit("company-1", consultation, again)
    house.end_now(consultation)
    refused = stack.pli("company-1", "--lang", "en", "deposit", "withdraw", house.receipt(kept)["subject"]["id"], check=False)
    assert refused.returncode != 0 and "deadline" in refused.stderr
    opening = house.open(consultation)
    assert [each["deposit"] for each in opening["withdrawn"]] == [deposit] and len(opening["deposits"]) == 1
    house.assert_same(consultation, files)
