/*
 * functions.h - what each row of the table of commands runs: one function a
 * command, in the file of its noun. Each answers the exit status.
 */
#ifndef PLI_CLIENT_FUNCTIONS_H
#define PLI_CLIENT_FUNCTIONS_H

struct invocation;

int pli_consultation_create(const struct invocation *invocation);
int pli_consultation_document(const struct invocation *invocation);
int pli_consultation_publish(const struct invocation *invocation);
int pli_consultation_show(const struct invocation *invocation);
int pli_consultation_list(const struct invocation *invocation);
int pli_documents(const struct invocation *invocation);
int pli_key_new(const struct invocation *invocation);
int pli_key_recover(const struct invocation *invocation);
int pli_key_prove(const struct invocation *invocation);
int pli_sign(const struct invocation *invocation);
int pli_augment(const struct invocation *invocation);
int pli_pack(const struct invocation *invocation);
int pli_seal(const struct invocation *invocation);
int pli_deposit(const struct invocation *invocation);
int pli_deposit_show(const struct invocation *invocation);
int pli_deposit_withdraw(const struct invocation *invocation);
int pli_deposit_abandon(const struct invocation *invocation);
int pli_mail_attach(const struct invocation *invocation);
int pli_contract_attach(const struct invocation *invocation);
int pli_contract_sign(const struct invocation *invocation);
int pli_archive_export(const struct invocation *invocation);
int pli_archive_begin(const struct invocation *invocation);
int pli_archive_transfer(const struct invocation *invocation);
int pli_archive_reply(const struct invocation *invocation);
int pli_contact(const struct invocation *invocation);
int pli_act(const struct invocation *invocation); /* commands that are one call: act.c */
int pli_consultation_move(const struct invocation *invocation);
int pli_consultation_commission(const struct invocation *invocation);
int pli_safeguard_register(const struct invocation *invocation);
int pli_safeguard_list(const struct invocation *invocation);
int pli_safeguard_open(const struct invocation *invocation);
int pli_safeguard_destroy(const struct invocation *invocation);
int pli_retention(const struct invocation *invocation);
int pli_registers(const struct invocation *invocation);
int pli_evidence_verify(const struct invocation *invocation);
int pli_open(const struct invocation *invocation);
int pli_opening_rehearse(const struct invocation *invocation);
int pli_opening_export(const struct invocation *invocation);
int pli_opening_decide(const struct invocation *invocation);
int pli_opening(const struct invocation *invocation);
int pli_file_acte(const struct invocation *invocation);
int pli_file_pes(const struct invocation *invocation);
int pli_return_list(const struct invocation *invocation);
int pli_return_take(const struct invocation *invocation);
int pli_filing_show(const struct invocation *invocation);
int pli_filing_list(const struct invocation *invocation);
int pli_filing_download(const struct invocation *invocation);
int pli_filing_stamped(const struct invocation *invocation);
int pli_filing_cancel(const struct invocation *invocation);
int pli_filing_letters(const struct invocation *invocation);
int pli_filing_reply(const struct invocation *invocation);
int pli_filing_classification(const struct invocation *invocation);
int pli_watch(const struct invocation *invocation);
int pli_receipts(const struct invocation *invocation);
int pli_receipt_verify(const struct invocation *invocation);
int pli_receipt_show(const struct invocation *invocation);
int pli_journal_monitor(const struct invocation *invocation);
int pli_trust_refresh(const struct invocation *invocation);
int pli_verify(const struct invocation *invocation);
int pli_help(const struct invocation *invocation);
int pli_completion(const struct invocation *invocation);

#endif
