/*
 * route.c - the table.
 */
#include "gateway/front/route.h"

#include <stdio.h>
#include <string.h>

#include "gateway/front/commission.h"
#include "gateway/front/access.h"
#include "gateway/front/award.h"
#include "gateway/front/batch.h"
#include "gateway/front/classification.h"
#include "gateway/front/compat_actes.h"
#include "gateway/front/compat_helios.h"
#include "gateway/front/consultation.h"
#include "gateway/front/deposit.h"
#include "gateway/front/desk.h"
#include "gateway/front/document.h"
#include "gateway/front/dossier.h"
#include "gateway/front/envelope.h"
#include "gateway/front/export.h"
#include "gateway/front/feed.h"
#include "gateway/front/filing.h"
#include "gateway/front/filing_file.h"
#include "gateway/front/pes.h"
#include "gateway/front/form_filing.h"
#include "gateway/front/health.h"
#include "gateway/front/incident.h"
#include "gateway/front/journal.h"
#include "gateway/front/letter.h"
#include "gateway/front/line.h"
#include "gateway/front/keys.h"
#include "gateway/front/link.h"
#include "gateway/front/mail.h"
#include "gateway/front/metric.h"
#include "gateway/front/notice.h"
#include "gateway/front/open.h"
#include "gateway/front/openapi.h"
#include "gateway/front/opening.h"
#include "gateway/front/page.h"
#include "gateway/front/party.h"
#include "gateway/front/path.h"
#include "gateway/front/procedure.h"
#include "gateway/front/question.h"
#include "gateway/front/receipt.h"
#include "gateway/front/register.h"
#include "gateway/front/rehearsal.h"
#include "gateway/front/retention.h"
#include "gateway/front/safeguard.h"
#include "gateway/front/search.h"
#include "gateway/front/signature.h"
#include "gateway/front/verification.h"
#include "gateway/front/published.h"
#include "gateway/front/stamped.h"
#include "gateway/front/webhook.h"
#include "signing/signing.h"

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define CONSULTATION "/api/v1/consultations/{consultation}"
#define CONTRACT "/api/v1/contracts/{contract}"
#define MAIL "/api/v1/mails/{mail}"
#define DEPOSIT "/api/v1/deposits/{deposit}"
#define FILING "/api/v1/filings/{filing}"
#define LETTER "/api/v1/letters/{letter}"
#define READER (COMPANY | BUYER | FILER | VENDOR)

/* clang-format off */
const struct route routes[] = {
        /* method, path, roles, body, limit, handler, admission, summary, urgent, record */
        {"GET", "/healthz", ANYONE, BODY_NONE, 0, health_show, NULL, "Is the process there", false, NULL},
        {"GET", "/readyz", ANYONE, BODY_NONE, 0, health_ready, NULL, "Can it serve: the database answers", false, NULL},
        {"GET", "/openapi.json", ANYONE, BODY_NONE, 0, openapi_show, NULL, "This API, as an OpenAPI 3.1 document", false, NULL},
        {"GET", "/api/v1/now", ANYONE, BODY_NONE, 0, health_now, NULL, "The hour that decides deadlines", false, NULL},

        {"GET", "/api/v1/me", ANYONE, BODY_NONE, 0, party_show, NULL, "Who the gateway takes you for", false, NULL},
        {"POST", "/api/v1/verifications", ANYONE, BODY_MEMORY, 16 * MIB, verification_make, NULL, "Verify a signed document; nothing is kept", false, NULL},

        {"GET", "/api/v1/consultations", ANYONE, BODY_NONE, 0, consultation_list, NULL, "Find published consultations", false, NULL},
        {"POST", "/api/v1/consultations", BUYER, BODY_MEMORY, MIB, consultation_create, NULL, "Make a consultation, as a draft", false, NULL},
        {"GET", "/api/v1/desk", BUYER | MEMBER, BODY_NONE, 0, desk_show, NULL, "Your own consultations, drafts too, or those whose commission you are in", false, NULL},
        {"GET", CONSULTATION, ANYONE, BODY_NONE, 0, consultation_show, NULL, "One consultation, its commission and its documents", false, NULL},
        {"POST", CONSULTATION "/publish", BUYER, BODY_MEMORY, 4 * KIB, consultation_publish, NULL, "Publish a draft, now or at an hour", false, NULL},
        {"POST", CONSULTATION "/unschedule", BUYER, BODY_NONE, 0, consultation_unschedule, NULL, "Take back a publication that has its hour", false, NULL},
        {"POST", CONSULTATION "/changes", BUYER, BODY_MEMORY, MIB, consultation_change, NULL, "Change a draft; correct a published consultation: everyone concerned is told", false, NULL},
        {"GET", CONSULTATION "/changes", ANYONE, BODY_NONE, 0, consultation_changes, NULL, "What was corrected, when and why", false, NULL},
        {"POST", CONSULTATION "/access-code", BUYER, BODY_MEMORY, 4 * KIB, access_set, NULL, "Restrict a consultation to those who have its code; the code is shown once", false, NULL},
        {"GET", CONSULTATION "/access", ANYONE, BODY_NONE, 0, access_open, NULL, "The code (header Access-Code) for a token", false, NULL},
        {"POST", CONSULTATION "/analysis", BUYER, BODY_MEMORY, MIB, award_analyse, NULL, "Record the analysis and ranking of the offers", false, NULL},
        {"POST", CONSULTATION "/award", BUYER, BODY_MEMORY, MIB, award_put, NULL, "Decide every lot: awarded, unsuccessful or without follow-up", false, NULL},
        {"POST", CONSULTATION "/abandon", BUYER, BODY_MEMORY, 16 * KIB, consultation_abandon, NULL, "Give the procedure up; everyone concerned is told why", false, NULL},
        {"GET", CONSULTATION "/contracts", BUYER, BODY_NONE, 0, award_contracts, NULL, "The contracts that the award made", false, NULL},
        {"GET", CONTRACT, BUYER | COMPANY, BODY_NONE, 0, award_contract, NULL, "A contract, to those it binds", false, NULL},
        {"POST", CONTRACT "/notify", BUYER, BODY_MEMORY, 16 * KIB, award_notify, NULL, "Notify a contract to its holder", false, NULL},
        {"PUT", CONTRACT "/files/{role}/{name}", BUYER | COMPANY, BODY_STORED, 256 * MIB, signature_put, signature_admit, "Put a document of a contract, or a party's signature over all of them", false, NULL},
        {"GET", CONTRACT "/files/{role}/{name}", BUYER | COMPANY, BODY_NONE, 0, signature_show, NULL, "A file of a contract", false, NULL},
        {"GET", CONTRACT "/files", BUYER | COMPANY, BODY_NONE, 0, signature_list, NULL, "The files of a contract and what the signatures are worth", false, NULL},

        {"POST", CONSULTATION "/questions", COMPANY, BODY_MEMORY, 64 * KIB, question_ask, NULL, "Ask the buyer; the answer goes to all", false, NULL},
        {"GET", CONSULTATION "/questions", ANYONE, BODY_NONE, 0, question_list, NULL, "Questions and answers, the askers unnamed", false, NULL},
        {"POST", "/api/v1/questions/{question}/answer", BUYER, BODY_MEMORY, 128 * KIB, question_answer, NULL, "Answer a question, to all", false, NULL},
        {"POST", "/api/v1/questions/{question}/dismiss", BUYER, BODY_MEMORY, 16 * KIB, question_dismiss, NULL, "Give a question no answer of its own; its asker is told why", false, NULL},
        {"POST", CONSULTATION "/mails", BUYER, BODY_MEMORY, 256 * KIB, mail_write, NULL, "Write a message to a company: message, completion or notification", false, NULL},
        {"GET", CONSULTATION "/mails", BUYER, BODY_NONE, 0, mail_list, NULL, "The messages of a consultation: sent, read, answered, expired", false, NULL},
        {"POST", CONSULTATION "/rounds", BUYER, BODY_MEMORY, 256 * KIB, mail_round, NULL, "Open a round of negotiation; answers stay unseen until its hour", false, NULL},
        {"POST", CONSULTATION "/letters", BUYER, BODY_MEMORY, 256 * KIB, mail_letters, NULL, "Tell every company the outcome; the standstill runs from here", false, NULL},
        {"GET", "/api/v1/mails", COMPANY, BODY_NONE, 0, mail_inbox, NULL, "The messages for your company; listing them is not reading them", false, NULL},
        {"GET", MAIL, BUYER | COMPANY, BODY_NONE, 0, mail_show, NULL, "A message; to its company, the proof that it was read", false, NULL},
        {"POST", MAIL "/send", BUYER, BODY_NONE, 0, mail_send, NULL, "Send a message", false, NULL},
        {"POST", MAIL "/answer", COMPANY, BODY_MEMORY, 256 * KIB, mail_answer, NULL, "Answer a message, with the files put before", false, NULL},
        {"PUT", MAIL "/files/{name}", BUYER | COMPANY, BODY_STORED, 1024 * MIB, mail_file_put, mail_file_admit, "Put a file to a message or to its answer", false, NULL},
        {"GET", MAIL "/files/{name}", BUYER | COMPANY, BODY_NONE, 0, mail_file_show, NULL, "A file of a message or of its answer", false, NULL},
        {"GET", "/api/v1/contact", COMPANY | BUYER | MEMBER | FILER | VENDOR | AUDITOR, BODY_NONE, 0, mail_contact, NULL, "Where you are told by e-mail that something waits", false, NULL},
        {"POST", "/api/v1/contact", COMPANY | BUYER | MEMBER | FILER | VENDOR | AUDITOR, BODY_MEMORY, 4 * KIB, mail_contact_set, NULL, "Set that e-mail address, or take it away", false, NULL},
        {"GET", "/m/{token}", ANYONE, BODY_NONE, 0, link_page, NULL, "The link of an e-mail: who writes to whom", false, NULL},
        {"POST", "/m/{token}", ANYONE, BODY_NONE, 0, link_open, NULL, "Open the message behind the link, which acknowledges it", false, NULL},
        {"GET", CONTRACT "/essential-data", BUYER, BODY_NONE, 0, open_essential, NULL, "The essential data (DECP) of a contract, and what is missing", false, NULL},
        {"POST", CONTRACT "/data", BUYER, BODY_MEMORY, 256 * KIB, open_data, NULL, "Add what the essential data ask for, under the names of DECP", false, NULL},
        {"POST", CONTRACT "/essential-data", BUYER, BODY_NONE, 0, open_publish, NULL, "Publish the essential data, where nothing is missing", false, NULL},
        {"GET", "/api/v1/open/decp.json", ANYONE, BODY_NONE, 0, open_decp_json, NULL, "Published essential data, DECP 2.0.3; body=SIRET", false, NULL},
        {"GET", "/api/v1/open/decp.xml", ANYONE, BODY_NONE, 0, open_decp_xml, NULL, "The same as XML", false, NULL},
        {"GET", "/api/v1/open/catalogue.jsonld", ANYONE, BODY_NONE, 0, open_catalogue, NULL, "The catalogue of the open data (DCAT)", false, NULL},
        {"GET", "/api/v1/open/ocds.json", ANYONE, BODY_NONE, 0, open_ocds, NULL, "Releases of the Open Contracting Data Standard 1.1", false, NULL},
        {"GET", "/api/v1/open/consultations.rss", ANYONE, BODY_NONE, 0, open_rss, NULL, "The latest consultations, RSS 2.0", false, NULL},
        {"GET", "/api/v1/open/consultations.atom", ANYONE, BODY_NONE, 0, open_atom, NULL, "The latest consultations, Atom", false, NULL},
        {"GET", "/api/v1/open/consultations.json", ANYONE, BODY_NONE, 0, open_json_feed, NULL, "The latest consultations, JSON Feed", false, NULL},
        {"GET", CONSULTATION "/export.zip", BUYER, BODY_NONE, 0, dossier_export, NULL, "The whole file of a procedure, readable without this gateway", false, NULL},
        {"POST", CONSULTATION "/archives", BUYER, BODY_MEMORY, 16 * KIB, dossier_begin, NULL, "Begin the transfer of a procedure's file to an archive service (SEDA)", false, NULL},
        {"GET", "/api/v1/archives/{archive}", BUYER, BODY_NONE, 0, dossier_show, NULL, "A transfer and what was answered", false, NULL},
        {"GET", "/api/v1/archives/{archive}/transfer.zip", BUYER, BODY_NONE, 0, dossier_transfer, NULL, "The transfer: manifest.xml and the files", false, NULL},
        {"POST", "/api/v1/archives/{archive}/reply", BUYER, BODY_MEMORY, 4 * MIB, dossier_reply, NULL, "Apply the archive service's ArchiveTransferReply", false, NULL},
        {"GET", CONSULTATION "/notice.xml", BUYER, BODY_NONE, 0, notice_show, NULL, "A notice for the State's concentrator, eForms XML; subtype=E3, E4, 16 or 29", false, NULL},
        {"GET", "/api/v1/procedures", ANYONE, BODY_NONE, 0, procedure_list, NULL, "Types of procedure and divisions of the CPV", false, NULL},
        {"GET", "/api/v1/thresholds", ANYONE, BODY_NONE, 0, procedure_thresholds, NULL, "The law's thresholds in force on a day", false, NULL},
        {"GET", CONSULTATION "/documents", ANYONE, BODY_NONE, 0, document_list, NULL, "The documents with every version and what changed", false, NULL},
        {"GET", CONSULTATION "/documents.zip", ANYONE, BODY_NONE, 0, document_archive, NULL, "All documents in one ZIP archive", false, NULL},
        {"GET", CONSULTATION "/documents/{name}", ANYONE, BODY_NONE, 0, document_show, NULL, "Take a document of a consultation", false, NULL},
        {"PUT", CONSULTATION "/documents/{name}", BUYER, BODY_STORED, 2048 * MIB, document_put, document_admit, "Put a document; once published, with a note, a new version that everyone concerned is told of", false, NULL},

        {"POST", CONSULTATION "/deposits", COMPANY, BODY_MEMORY, 16 * KIB, deposit_open, NULL, "Begin a deposit, or a rehearsal of one: its started instant", false, NULL},
        {"GET", "/api/v1/rehearsal", ANYONE, BODY_NONE, 0, rehearsal_show, NULL, "The consultation that is always open for rehearsals", false, NULL},
        {"POST", "/api/v1/line", COMPANY, BODY_MEASURED, 8 * MIB, line_measure, NULL, "Measure the line: bytes are counted and thrown away", false, NULL},
        {"GET", DEPOSIT, COMPANY, BODY_NONE, 0, deposit_show, NULL, "What of a deposit has arrived: resume from there", false, NULL},
        {"PUT", DEPOSIT "/envelopes/{envelope}/chunks/{first}", COMPANY, BODY_STORED, 256 * (uint64_t)SIGNING_SEALED_CHUNK, deposit_chunks_put,
         deposit_chunks_admit, "Send 1 to 256 sealed chunks, durable before the 204; Content-Digest needed", false, deposit_chunks_record},
        {"PUT", DEPOSIT "/envelopes/{envelope}/manifest", COMPANY, BODY_MEMORY, MIB, deposit_manifest_put, NULL, "Send the sealed manifest of an envelope", true, NULL},
        {"POST", DEPOSIT "/commit", COMPANY, BODY_NONE, 0, deposit_commit, NULL, "Commit a deposit; the answer is its receipt", true, NULL},
        {"POST", DEPOSIT "/withdraw", COMPANY, BODY_NONE, 0, deposit_withdraw, NULL, "Withdraw a deposit before the deadline", false, NULL},
        {"DELETE", DEPOSIT, COMPANY, BODY_NONE, 0, deposit_abandon, NULL, "Give up an unfinished deposit; its bytes are dropped", false, NULL},
        {"GET", DEPOSIT "/receipt", COMPANY, BODY_NONE, 0, deposit_receipt, NULL, "The receipt of a deposit", false, NULL},

        {"POST", CONSULTATION "/deadline", BUYER, BODY_MEMORY, 16 * KIB, incident_deadline, NULL, "Move the deadline after an incident; every depositor is told", false, NULL},
        {"POST", CONSULTATION "/commission", BUYER, BODY_MEMORY, MIB, incident_commission, NULL, "Name another commission, before the first deposit", false, NULL},
        {"POST", CONSULTATION "/safeguards", BUYER, BODY_MEMORY, 16 * KIB, safeguard_register, NULL, "Register a safeguard copy that was handed in", false, NULL},
        {"GET", CONSULTATION "/safeguards", BUYER | MEMBER | AUDITOR, BODY_NONE, 0, safeguard_list, NULL, "The safeguard copies, and which may be opened", false, NULL},
        {"POST", "/api/v1/safeguards/{safeguard}/open", BUYER, BODY_MEMORY, 16 * KIB, safeguard_open, NULL, "Open a safeguard copy, in a case of the law", false, NULL},
        {"POST", "/api/v1/safeguards/{safeguard}/destroy", BUYER, BODY_MEMORY, 16 * KIB, safeguard_destroy, NULL, "Destroy a safeguard copy unopened", false, NULL},
        {"GET", CONSULTATION "/registers/{name}", BUYER | MEMBER | AUDITOR, BODY_NONE, 0, register_show, NULL, "A register: withdrawals, deposits, safeguards or questions; format=json, csv, html or pdf", false, NULL},

        {"GET", "/api/v1/member/key", MEMBER, BODY_NONE, 0, commission_key_show, NULL, "What is known of your key, and whether you have shown that you hold it", false, NULL},
        {"POST", "/api/v1/member/key/challenge", MEMBER, BODY_NONE, 0, commission_key_challenge, NULL, "Have a share sealed for your key", false, NULL},
        {"POST", "/api/v1/member/key/proof", MEMBER, BODY_MEMORY, 4 * KIB, commission_key_prove, NULL, "Show that you hold your key: that share, opened", false, NULL},
        {"POST", CONSULTATION "/opening/rehearsal", BUYER | MEMBER, BODY_NONE, 0, commission_rehearsal_begin, NULL, "Begin or join the rehearsal of the opening", false, NULL},
        {"GET", CONSULTATION "/opening/rehearsal", BUYER | MEMBER, BODY_NONE, 0, commission_rehearsal_show, NULL, "Whose keys have rehearsed the opening", false, NULL},
        {"POST", CONSULTATION "/opening/rehearsal/share", MEMBER, BODY_MEMORY, 4 * KIB, commission_rehearsal_answer, NULL, "Your share of the rehearsal", false, NULL},

        {"POST", CONSULTATION "/opening", BUYER | MEMBER, BODY_MEMORY, 16 * KIB, opening_start, NULL, "Start the opening, after the hour", false, NULL},
        {"GET", CONSULTATION "/opening", BUYER | MEMBER, BODY_NONE, 0, opening_show, NULL, "The opening: who is there, what is open", false, NULL},
        {"GET", CONSULTATION "/opening/shares", MEMBER, BODY_NONE, 0, opening_shares, NULL, "The envelopes that await this member's share", false, NULL},
        {"POST", CONSULTATION "/opening/shares", MEMBER, BODY_MEMORY, MIB, opening_share_put, NULL, "Hand over this member's shares", false, NULL},
        {"POST", CONSULTATION "/opening/decisions", BUYER, BODY_MEMORY, 16 * KIB, opening_decide, NULL, "Admit or eliminate a candidature; have a late or withheld envelope opened", false, NULL},
        {"GET", CONSULTATION "/opening/minutes", BUYER | MEMBER, BODY_NONE, 0, opening_minutes, NULL, "The minutes of the opening; format=html, pdf, or xml: their sealed receipt", false, NULL},
        {"GET", CONSULTATION "/opening/export", BUYER | MEMBER, BODY_NONE, 0, export_show, NULL, "All documents as first deposited, reports, minutes and registers, one ZIP; containers=1 for the signed containers too", false, NULL},
        {"GET", CONSULTATION "/retention", BUYER | MEMBER | AUDITOR, BODY_NONE, 0, retention_show, NULL, "Until when each tender is kept, and what was destroyed", false, NULL},
        {"POST", CONSULTATION "/retention", BUYER, BODY_MEMORY, 16 * KIB, retention_set, NULL, "Keep the tenders longer; record the archives' visa for their destruction", false, NULL},
        {"GET", "/api/v1/envelopes/{envelope}", BUYER | MEMBER, BODY_NONE, 0, envelope_show, NULL, "The report of an opened envelope", false, NULL},
        {"GET", "/api/v1/envelopes/{envelope}/documents/{name}", BUYER | MEMBER, BODY_NONE, 0, envelope_document, NULL, "A document of an opened envelope", false, NULL},

        {"POST", "/api/v1/filings", FILER, BODY_MEMORY, 256 * KIB, filing_create, NULL, "Make a filing, as a draft", false, NULL},
        {"PUT", FILING "/files/{name}", FILER, BODY_STORED, 512 * MIB, filing_file_put, filing_file_admit, "Put a file to a filing", false, NULL},
        {"POST", FILING "/submit", FILER, BODY_NONE, 0, filing_submit, NULL, "Check and submit a filing; the answer is its receipt", false, NULL},
        {"GET", FILING, FILER, BODY_NONE, 0, filing_show, NULL, "A filing and its steps", false, NULL},
        {"POST", "/api/v1/filings/batch", FILER, BODY_STORED, 1024 * MIB, batch_submit, form_filing_admit, "Submit many filings in one ZIP; each is taken or refused by itself", false, NULL},
        {"GET", "/api/v1/filings", FILER, BODY_NONE, 0, search_filings, NULL, "Find filings: state, kind, message, from, to, text; newest first, after=ID limit=N", false, NULL},
        {"GET", FILING "/files/{name}", FILER, BODY_NONE, 0, filing_file_show, NULL, "Take a file of a filing", false, NULL},
        {"GET", FILING "/answers/{answer}/{number}", FILER, BODY_NONE, 0, filing_answer_file, NULL, "Take a file of the State's answer; 0 is its message", false, NULL},
        {"GET", "/api/v1/published/acts", ANYONE, BODY_NONE, 0, published_list, NULL, "Open data: acts marked as public; siret, after, limit, format=json|atom|csv (SCDL)", false, NULL},
        {"GET", "/api/v1/published/acts/{filing}/{name}", ANYONE, BODY_NONE, 0, published_file, NULL, "Open data: a file of a published acte", false, NULL},
        {"GET", FILING "/stamped", FILER, BODY_NONE, 0, stamped_show, NULL, "The acte, or ?file=NAME, as a PDF with the numbers of the State's receipt on each page", false, NULL},
        {"POST", FILING "/cancel", FILER, BODY_NONE, 0, filing_cancel, NULL, "Ask the State to cancel an acte (6-1)", false, NULL},
        {"GET", "/api/v1/letters", FILER, BODY_NONE, 0, letter_list, NULL, "The prefecture's letters: state; newest first, after=ID limit=N", false, NULL},
        {"GET", LETTER, FILER, BODY_NONE, 0, letter_show, NULL, "A letter, its files, its steps and the replies to it", false, NULL},
        {"POST", LETTER "/replies", FILER, BODY_MEMORY, 64 * KIB, letter_reply, NULL, "Reply to a letter: a draft that takes files and is submitted like any filing", false, NULL},
        {"GET", "/api/v1/classification", FILER, BODY_NONE, 0, classification_show, NULL, "What the prefecture lets this body file under (7-2)", false, NULL},
        {"POST", "/api/v1/classification", FILER, BODY_NONE, 0, classification_ask, NULL, "Ask the State for the classification (7-1)", false, NULL},
        {"GET", "/api/v1/returns", FILER, BODY_NONE, 0, return_list, NULL, "What the DGFiP sent unasked: PES Retour, OCRE…; before=id goes on", false, NULL},
        {"GET", "/api/v1/returns/{return}/content", FILER, BODY_NONE, 0, return_content, NULL, "The bytes of one of them; that they were taken is kept", false, NULL},
        {"GET", "/api/test-connexion.php", FILER, BODY_NONE, 0, compat_test, NULL, "S²LOW: does the certificate lead in", false, NULL},
        {"GET", "/api/info-connexion.php", FILER, BODY_NONE, 0, compat_account, NULL, "S²LOW: whose certificate it is", false, NULL},
        {"GET", "/admin/users/api-list-login.php", FILER, BODY_NONE, 0, compat_account, NULL, "S²LOW: whose certificate it is", false, NULL},
        {"POST", "/modules/actes/actes_transac_create.php", FILER, BODY_STORED, 152 * MIB, compat_create, form_filing_admit, "S²LOW: file an acte", false, NULL},
        {"POST", "/modules/actes/actes_transac_reponse_create.php", FILER, BODY_STORED, 152 * MIB, compat_reply, form_filing_admit, "S²LOW: reply to a letter", false, NULL},
        {"POST", "/modules/actes/actes_transac_cancel.php", FILER, BODY_STORED, 152 * MIB, compat_cancel, form_filing_admit, "S²LOW: cancel an acte", false, NULL},
        {"POST", "/modules/actes/actes_transac_post_confirm_api.php", FILER, BODY_STORED, 152 * MIB, compat_confirm, form_filing_admit, "S²LOW: submit an acte that was put to wait", false, NULL},
        {"GET", "/modules/actes/actes_transac_get_status.php", FILER, BODY_NONE, 0, compat_status, NULL, "S²LOW: the code of a transaction's state", false, NULL},
        {"GET", "/modules/actes/actes_transac_get_files_list.php", FILER, BODY_NONE, 0, compat_files, NULL, "S²LOW: a transaction's files", false, NULL},
        {"GET", "/modules/actes/actes_download_file.php", FILER, BODY_NONE, 0, compat_download, NULL, "S²LOW: a file", false, NULL},
        {"GET", "/modules/actes/actes_transac_get_tampon.php", FILER, BODY_NONE, 0, compat_stamped, NULL, "S²LOW: the acte with its stamp", false, NULL},
        {"POST", "/modules/helios/api/helios_importer_fichier.php", FILER, BODY_STORED, 152 * MIB, compat_helios_import, form_filing_admit, "S²LOW: send a PES", false, NULL},
        {"GET", "/modules/helios/api/helios_transac_get_status.php", FILER, BODY_NONE, 0, compat_helios_status, NULL, "S²LOW: the code of a PES's state", false, NULL},
        {"GET", "/modules/helios/helios_download_acquit.php", FILER, BODY_NONE, 0, compat_helios_acquit, NULL, "S²LOW: the acquit of a PES", false, NULL},
        {"GET", "/modules/helios/api/helios_get_list.php", FILER, BODY_NONE, 0, compat_helios_list, NULL, "S²LOW: PES Retour not yet taken", false, NULL},
        {"GET", "/modules/helios/api/helios_get_retour.php", FILER, BODY_NONE, 0, compat_helios_return, NULL, "S²LOW: a PES Retour", false, NULL},
        {"GET", "/modules/helios/api/helios_change_status.php", FILER, BODY_NONE, 0, compat_helios_taken, NULL, "S²LOW: a PES Retour was taken", false, NULL},
        {"GET", "/modules/actes/actes_transac_get_document.php", FILER, BODY_NONE, 0, compat_document, NULL, "S²LOW: an acte's letters, or one of them", false, NULL},
        {"GET", "/modules/actes/api/list_document_prefecture.php", FILER, BODY_NONE, 0, compat_letters, NULL, "S²LOW: letters not yet marked as read", false, NULL},
        {"GET", "/modules/actes/api/document_prefecture_mark_as_read.php", FILER, BODY_NONE, 0, compat_letter_read, NULL, "S²LOW: mark a letter as read", false, NULL},
        {"GET", "/modules/actes/actes_classification_fetch.php", FILER, BODY_NONE, 0, compat_classification, NULL, "S²LOW: the classification as the State sent it", false, NULL},
        {"GET", "/modules/actes/actes_classification_request.php", FILER, BODY_NONE, 0, compat_classification_ask, NULL, "S²LOW: ask the State for the classification", false, NULL},
        {"GET", FILING "/receipt", FILER, BODY_NONE, 0, filing_receipt, NULL, "The receipt of a filing", false, NULL},

        {"GET", "/api/v1/receipts/{event}", COMPANY | BUYER | MEMBER | FILER | STATE | OPERATOR | AUDITOR | VENDOR, BODY_NONE, 0, receipt_show, NULL, "A receipt, to its holder", false, NULL},
        {"GET", "/state/v1/receipts", STATE, BODY_NONE, 0, feed_receipts, NULL, "Receipts in journal order, from a cursor; wait=seconds polls long", false, NULL},
        {"POST", "/state/v1/receipts/acknowledge", STATE, BODY_MEMORY, 4 * KIB, feed_acknowledge, NULL, "Acknowledge all receipts up to a cursor", false, NULL},

        {"GET", "/api/v1/events", READER, BODY_NONE, 0, feed_events, NULL, "What happened to you or your body, in journal order, from a cursor; wait=seconds polls long", false, NULL},
        {"POST", "/api/v1/webhooks", READER, BODY_MEMORY, 16 * KIB, webhook_create, NULL, "Have these events pushed to an address; the secret is shown once", false, NULL},
        {"GET", "/api/v1/webhooks", READER, BODY_NONE, 0, webhook_list, NULL, "Your webhooks and how they fare", false, NULL},
        {"DELETE", "/api/v1/webhooks/{webhook}", READER, BODY_NONE, 0, webhook_delete, NULL, "No longer call this address", false, NULL},
        {"POST", "/api/v1/webhooks/{webhook}/replay", READER, BODY_MEMORY, 4 * KIB, webhook_replay, NULL, "Push again from after an index", false, NULL},

        {"GET", "/metrics", OPERATOR, BODY_NONE, 0, metric_show, NULL, "What a monitor watches, for Prometheus", false, NULL},

        {"GET", "/api/v1/keys", ANYONE, BODY_NONE, 0, keys_show, NULL, "The gateway's keys, past and present: what its receipts are proven by", false, NULL},
        {"GET", "/checkpoint", ANYONE, BODY_NONE, 0, journal_checkpoint, NULL, "The journal's signed head (C2SP tlog-checkpoint)", false, NULL},
        {"GET", "/checkpoint/cosigned", ANYONE, BODY_NONE, 0, journal_cosigned, NULL, "The latest head that a witness has signed too (C2SP tlog-cosignature)", false, NULL},
        {"GET", "/tile/*", ANYONE, BODY_NONE, 0, journal_tile, NULL, "A tile of the journal (C2SP tlog-tiles)", false, NULL},
        {"GET", "/", ANYONE, BODY_NONE, 0, page_index, NULL, "The web pages", false, NULL},
        {"GET", "/ui/{name}", ANYONE, BODY_NONE, 0, page_asset, NULL, "A file of the web pages", false, NULL},
};
/* clang-format on */
const size_t route_count = sizeof(routes) / sizeof(routes[0]);

enum { ALLOW_ROOM = 128 };

static void allow_add(char *allow, const char *method)
{
        size_t length = strlen(allow);
        const char *head = strcmp(method, "GET") == 0 ? ", HEAD" : "";
        snprintf(allow + length, ALLOW_ROOM - length, "%s%s%s", length > 0 ? ", " : "", method, head);
}

const struct route *route_find(const char *method, const char *path, char *variables[4], char *allow)
{
        allow[0] = '\0';
        for (size_t i = 0; i < route_count; i++) {
                char *found[PATH_VARIABLES];
                if (!path_match(routes[i].path, path, found))
                        continue;
                if (strcmp(routes[i].method, method) != 0) {
                        path_variables_free(found);
                        allow_add(allow, routes[i].method);
                        continue;
                }
                memcpy(variables, found, sizeof(found));
                return &routes[i];
        }
        return NULL;
}
