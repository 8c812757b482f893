/* command.c - the table of commands: words, arguments, how many, options, what for, function. */
#include "gateway/client/command.h"

#include <stdint.h>

#include "gateway/client/functions.h"

#define NO_MORE NULL, NULL, OPTION_FLAG, NULL
#define OUTPUT_FILE "output", "FILE", OPTION_VALUE, "file to write"
#define OUTPUT_FOLDER "output", "FOLDER", OPTION_VALUE, "folder to write to"
#define CONSULTATION "consultation", "ID", OPTION_VALUE, "the consultation"
#define TRUST "trust", "PATH", OPTION_LIST, "trusted authorities: a certificate file, a trusted list, or a folder of them"
#define STAMP_TRUST "stamp-trust", "FILE", OPTION_LIST, "authorities of time-stamps"
#define STAMP_URL "stamp-url", "URL", OPTION_VALUE, "the time-stamping authority to ask (RFC 3161)"
#define MEMBER_KEY "member-key", "FILE", OPTION_VALUE, "the key that opens your shares, where it is not --key"
#define MEMBER_CERTIFICATE "member-certificate", "FILE", OPTION_VALUE, "its certificate"
#define MEMBER_TOKEN                                                                                                               \
        "member-token", "URI", OPTION_VALUE,                                                                                       \
                "the key that opens your shares, in a token: pkcs11:token=…;object=…; its PIN is in --passphrase-file"
#define EVIDENCE "evidence", "FOLDER", OPTION_LIST, "intermediate certificates, CRLs and OCSP answers"

const struct option_row common_options[] = {
        {"gateway", "URL", OPTION_VALUE, "the gateway's address (PLI_GATEWAY)"},
        {"certificate", "FILE", OPTION_VALUE, "your certificate, PEM (PLI_CERTIFICATE)"},
        {"key", "FILE", OPTION_VALUE, "its private key, PEM (PLI_KEY)"},
        {"p12", "FILE", OPTION_VALUE, "both in one PKCS#12 file (PLI_P12)"},
        {"ca", "FILE", OPTION_VALUE, "authorities of the gateway's certificate, PEM (PLI_CA)"},
        {"passphrase-file", "FILE", OPTION_VALUE, "file with the passphrase of the key (else PLI_PASSPHRASE, else asked for)"},
        {"give-up", "SECONDS", OPTION_VALUE, "how long to go on trying when the line is cut"},
        {"progress", NULL, OPTION_FLAG, "show progress even where there is no terminal"},
        {"quiet", NULL, OPTION_FLAG, "show no progress"},
        {"json", NULL, OPTION_FLAG, "print results as JSON"},
        {"lang", "fr|en", OPTION_VALUE, "language (else LANG, else French)"},
        {"help", NULL, OPTION_FLAG, "explain the command"},
        {"version", NULL, OPTION_FLAG, "print the version"},
        {NO_MORE},
};

static const struct option_row no_options[] = {{NO_MORE}};
static const struct option_row output_folder[] = {{OUTPUT_FOLDER}, {NO_MORE}};
static const struct option_row output_file[] = {{OUTPUT_FILE}, {NO_MORE}};
static const struct option_row list_options[] = {
        {"search", "WORDS", OPTION_VALUE, "only those that contain these words"},
        {NO_MORE},
};
static const struct option_row key_options[] = {
        {"name", "NAME", OPTION_VALUE, "whose key it is: first and last name"},
        {"organisation", "NAME", OPTION_VALUE, "company or body"},
        {"country", "CODE", OPTION_VALUE, "two letters; FR if not given"},
        {"type", "ec|rsa", OPTION_VALUE, "EC P-256 (if not given) or RSA 3072"},
        {"self-signed", NULL, OPTION_FLAG, "a self-signed certificate instead of a request to an authority"},
        {"days", "N", OPTION_VALUE, "how long a self-signed certificate is valid; 1096 if not given"},
        {"no-sheet", NULL, OPTION_FLAG, "no recovery sheet to print"},
        {"output", "STEM", OPTION_VALUE, "STEM.key, STEM.csr or STEM.pem, and STEM.sheet.html are written"},
        {NO_MORE},
};
static const struct option_row recover_options[] = {
        {"output", "STEM", OPTION_VALUE, "STEM.key is written"},
        {NO_MORE},
};
static const struct option_row sign_options[] = {
        {OUTPUT_FILE},
        {"form", "FORM", OPTION_VALUE, "asic-e (if not given), enveloped (one XML document), enveloping or detached"},
        {"enveloped", NULL, OPTION_FLAG, "sign one XML document in place instead of making a container"},
        {"token", "URI", OPTION_VALUE, "a key in a token: pkcs11:token=…;object=…; its PIN is in --passphrase-file"},
        {"level", "LEVEL", OPTION_VALUE, "B-B, B-T (time-stamped), B-LT (with validation data) or B-LTA (kept)"},
        {STAMP_URL},
        {TRUST},
        {STAMP_TRUST},
        {EVIDENCE},
        {NO_MORE},
};
static const struct option_row augment_options[] = {
        {OUTPUT_FILE}, {"level", "LEVEL", OPTION_VALUE, "B-T (if not given), B-LT or B-LTA; what is B-LTA already is renewed"},
        {STAMP_URL},   {"detached", "FOLDER", OPTION_VALUE, "where the files are that the signature names"},
        {TRUST},       {STAMP_TRUST},
        {EVIDENCE},    {NO_MORE},
};
static const struct option_row seal_options[] = {
        {CONSULTATION},
        {"rehearsal", NULL, OPTION_FLAG, "for the consultation that is always open for rehearsals"},
        {"consultation-file", "FILE", OPTION_VALUE, "the consultation's JSON, instead of asking the gateway"},
        {"lot", "NUMBER", OPTION_VALUE, "the lot, where the consultation has lots"},
        {"kind", "KIND", OPTION_VALUE, "candidature, offre, offre-technique or offre-financiere; offre if not given"},
        {"sign", NULL, OPTION_FLAG, "sign the manifest: what is sealed, and for whom"},
        {"token", "URI", OPTION_VALUE, "a key in a token: pkcs11:token=…;object=…; its PIN is in --passphrase-file"},
        {OUTPUT_FOLDER},
        {NO_MORE},
};
static const struct option_row deposit_options[] = {
        {CONSULTATION},
        {"state", "FILE", OPTION_VALUE, "what to resume from; deposit.json in the first folder if not given"},
        {"receipt", "FILE", OPTION_VALUE, "where the receipt goes; receipt.xml in the first folder if not given"},
        {"parallel", "N", OPTION_VALUE, "connections at once; 4 if not given"},
        {"group", "MIB", OPTION_VALUE, "size of one request; 8 MiB if not given"},
        {"rehearsal", NULL, OPTION_FLAG, "go through every step and say what would go wrong; it counts for nothing"},
        {"again", NULL, OPTION_FLAG, "a new deposit, also where these envelopes were deposited before"},
        {NO_MORE},
};
static const struct option_row end_options[] = {
        {"receipt", "FILE", OPTION_VALUE, "where the receipt goes; not kept if not given"},
        {NO_MORE},
};
static const struct option_row publish_options[] = {
        {"at", "INSTANT", OPTION_VALUE, "not before this instant, with its zone"},
        {NO_MORE},
};
static const struct option_row document_options[] = {
        {"note", "TEXT", OPTION_VALUE, "what changed; needed once published"},
        {NO_MORE},
};
static const struct option_row move_options[] = {
        {"deadline", "INSTANT", OPTION_VALUE, "the new deadline, with its zone: 2026-03-31T12:00:00+02:00"},
        {"reason", "TEXT", OPTION_VALUE, "why; every company is told"},
        {NO_MORE},
};
static const struct option_row safeguard_options[] = {
        {"company", "NAME", OPTION_VALUE, "who handed it in"},
        {"siret", "SIRET", OPTION_VALUE, "its SIRET; deposits are found by it, else by the name"},
        {"form", "paper|medium", OPTION_VALUE, "what it is"},
        {"received", "INSTANT", OPTION_VALUE, "when it came, with its zone: 2026-03-31T11:40:00+02:00"},
        {"received-by", "NAME", OPTION_VALUE, "who took it; you if not given"},
        {"lot", "NUMBER", OPTION_LIST, "the lots it is for"},
        {"unmarked", NULL, OPTION_FLAG, "it does not bear the words that the law asks for: it is never opened"},
        {NO_MORE},
};
static const struct option_row reason_options[] = {
        {"reason", "TEXT", OPTION_VALUE, "why, for the record"},
        {NO_MORE},
};
static const struct option_row registers_options[] = {
        {"name", "NAME", OPTION_VALUE, "withdrawals, deposits, safeguards or questions; all if not given"},
        {"format", "csv|json|html|pdf", OPTION_VALUE, "csv if not given"},
        {OUTPUT_FOLDER},
        {NO_MORE},
};
static const struct option_row rehearse_options[] = {
        {MEMBER_KEY},
        {MEMBER_CERTIFICATE},
        {MEMBER_TOKEN},
        {NO_MORE},
};
static const struct option_row retention_options[] = {
        {"until", "INSTANT", OPTION_VALUE, "a later day, with its zone: 2036-03-31T00:00:00+02:00"},
        {"reason", "TEXT", OPTION_VALUE, "why, for the record"},
        {"visa", "TEXT", OPTION_VALUE, "the archives' reference, once they agree to the destruction"},
        {NO_MORE},
};
static const struct option_row export_options[] = {
        {"containers", NULL, OPTION_FLAG, "with the signed containers as they were deposited"},
        {"output", "FILE.zip", OPTION_VALUE, "file to write"},
        {NO_MORE},
};
static const struct option_row open_options[] = {
        {MEMBER_KEY},
        {MEMBER_CERTIFICATE},
        {MEMBER_TOKEN},
        {"wait", NULL, OPTION_FLAG, "wait until the quorum has come and everything is opened"},
        {"no-wait", NULL, OPTION_FLAG, "do not wait, not even for what the quorum opens now"},
        {NO_MORE},
};
static const struct option_row opening_options[] = {
        {"minutes", "FILE", OPTION_VALUE, "write the minutes (procès-verbal): HTML, FILE.pdf, or FILE.xml, which proves"},
        {"output", "FOLDER", OPTION_VALUE, "folder to write to"},
        {NO_MORE},
};
static const struct option_row pes_options[] = {
        {"receipt", "FILE", OPTION_VALUE, "where the receipt goes; receipt.xml in this folder if not given"},
        {NO_MORE},
};
static const struct option_row take_options[] = {
        {"output", "FILE", OPTION_VALUE, "where it goes; retour.xml in this folder if not given"},
        {NO_MORE},
};
static const struct option_row acte_options[] = {
        {"number", "NUMBER", OPTION_VALUE, "number of the acte, given by the body"},
        {"date", "YYYY-MM-DD", OPTION_VALUE, "date of the decision"},
        {"nature", "1-6", OPTION_VALUE, "nature: 1 délibération, 2 regulatory, 3 individual, 4 contract, 5 budget, 6 other"},
        {"matter", "1.1", OPTION_VALUE, "matter code, by levels"},
        {"object", "TEXT", OPTION_VALUE, "object of the acte"},
        {"classification", "YYYY-MM-DD", OPTION_VALUE, "date of the classification used"},
        {"type", "CODE", OPTION_LIST, "document type of each file in order (99_AI…)"},
        {"previous", "ACT", OPTION_VALUE, "identifier of the acte that this one goes on from"},
        {"public", NULL, OPTION_FLAG, "publish it as open data once the State has acknowledged it"},
        {"paper", NULL, OPTION_FLAG, "some pieces follow on paper"},
        {"receipt", "FILE", OPTION_VALUE, "where the receipt goes; receipt.xml in this folder if not given"},
        {NO_MORE},
};
static const struct option_row filing_list_options[] = {
        {"state", "STATE", OPTION_VALUE, "only those in this state"},
        {"kind", "KIND", OPTION_VALUE, "only acte, message or pes"},
        {"from", "YYYY-MM-DD", OPTION_VALUE, "decided this day or later"},
        {"to", "YYYY-MM-DD", OPTION_VALUE, "decided this day or earlier"},
        {"text", "WORDS", OPTION_VALUE, "words of number or object, or an act identifier"},
        {"after", "ID", OPTION_VALUE, "the page after this filing"},
        {"limit", "N", OPTION_VALUE, "how many; 50 if not given"},
        {NO_MORE},
};
static const struct option_row letters_options[] = {
        {"state", "STATE", OPTION_VALUE, "only those in this state"},
        {NO_MORE},
};
static const struct option_row classification_options[] = {
        {"ask", NULL, OPTION_FLAG, "ask the State for it (7-1)"},
        {NO_MORE},
};
static const struct option_row watch_options[] = {
        {"after", "INDEX", OPTION_VALUE, "begin after this index of the journal"},
        {"once", NULL, OPTION_FLAG, "end where there is no news yet"},
        {NO_MORE},
};
static const struct option_row receipts_options[] = {
        {"state", NULL, OPTION_FLAG, "the feed of a State platform (the only one there is)"},
        {"cursor-file", "FILE", OPTION_VALUE, "how far you have read; kept across runs"},
        {"follow", NULL, OPTION_FLAG, "go on waiting for new ones"},
        {"limit", "N", OPTION_VALUE, "how many at once; 100 if not given"},
        {"once", NULL, OPTION_FLAG, "one page of them only"},
        {OUTPUT_FOLDER},
        {NO_MORE},
};
static const struct option_row receipt_verify_options[] = {
        {TRUST},
        {STAMP_TRUST},
        {EVIDENCE},
        {"journal-key", "KEY", OPTION_LIST,
         "verifier key of the journal (name+hash+key), a file with some, or the gateway's history of keys"},
        {NO_MORE},
};
static const struct option_row monitor_options[] = {
        {"journal-key", "KEY", OPTION_LIST,
         "verifier key of the journal (name+hash+key), a file with some, or the gateway's history of keys"},
        {"state", "FILE", OPTION_VALUE, "the last checkpoint believed; kept across runs"},
        {"receipts", "FOLDER", OPTION_LIST, "folder of receipts that must be in the journal"},
        {NO_MORE},
};
static const struct option_row receipt_show_options[] = {
        {"html", NULL, OPTION_FLAG, "print it as a page"},
        {NO_MORE},
};
static const struct option_row refresh_options[] = {
        {"lotl", "URL", OPTION_VALUE, "where the list of lists is"},
        {"signers", "FILE", OPTION_VALUE, "certificates that may have signed it, PEM; kept in the folder"},
        {OUTPUT_FOLDER},
        {NO_MORE},
};
static const struct option_row verify_options[] = {
        {"detached", "FOLDER", OPTION_VALUE, "where the files are that the signature names"},
        {TRUST},
        {STAMP_TRUST},
        {EVIDENCE},
        {"at", "TIME", OPTION_VALUE, "judge as of this time; now if not given"},
        {"report", "FILE", OPTION_VALUE, "write the validation report of ETSI TS 119 102-2, XML"},
        {NO_MORE},
};

#define ANY SIZE_MAX
static const struct option_row as_options[] = {
        {"as", "holder|buyer", OPTION_VALUE, "for which party you sign; holder if not given"},
        {NO_MORE},
};
static const struct option_row question_options[] = {
        {"question", "TEXT", OPTION_VALUE, "what you ask"},
        {"lot", "NUMBER", OPTION_VALUE, "the lot it is about"},
        {NO_MORE},
};

static const struct option_row answer_options[] = {
        {"answer", "TEXT", OPTION_VALUE, "the answer"},
        {"question", "TEXT", OPTION_VALUE, "the question as everyone is to read it, where it betrays who asked"},
        {NO_MORE},
};

static const struct option_row text_options[] = {
        {"text", "TEXT", OPTION_VALUE, "the answer"},
        {NO_MORE},
};

static const struct option_row contact_options[] = {
        {"mail", "ADDRESS", OPTION_VALUE, "your e-mail address"},
        {NO_MORE},
};

static const struct option_row output_file_options[] = {
        {"output", "FILE", OPTION_VALUE, "file to write"},
        {NO_MORE},
};

static const struct option_row archive_options[] = {
        {"agency", "ID", OPTION_VALUE, "the archive service's identifier"},
        {"version-seda", "2.1|2.2", OPTION_VALUE, "the version of SEDA; 2.1 if not given"},
        {"rule", "PERIOD", OPTION_VALUE, "how long it is kept; P10Y if not given"},
        {"action", "Keep|Destroy", OPTION_VALUE, "what becomes of it then; Keep if not given"},
        {NO_MORE},
};

/* clang-format off */
const struct command commands[] = {
        {"consultation list", "", 0, 0, list_options, "list published consultations", pli_consultation_list},
        {"consultation show", "ID", 1, 1, no_options, "show a consultation", pli_consultation_show},
        {"consultation create", "FILE.json", 1, 1, no_options, "prepare a consultation (buyer)", pli_consultation_create},
        {"consultation document", "ID FILE…", 2, ANY, document_options, "add documents to a consultation in preparation (buyer)", pli_consultation_document},
        {"consultation publish", "ID", 1, 1, publish_options, "publish a consultation (buyer)", pli_consultation_publish},
        {"consultation change", "ID FILE.json", 2, 2, no_options, "change a draft; correct a published consultation (buyer)", pli_act},
        {"consultation changes", "ID", 1, 1, no_options, "what was corrected, when and why", pli_act},
        {"consultation unschedule", "ID", 1, 1, no_options, "take back a publication that has its hour (buyer)", pli_act},
        {"consultation access-code", "ID", 1, 1, no_options, "restrict a consultation to those who have its code; it is shown once (buyer)", pli_act},
        {"consultation versions", "ID", 1, 1, no_options, "the documents with every version", pli_act},
        {"consultation abandon", "ID", 1, 1, reason_options, "give a procedure up; everyone concerned is told why (buyer)", pli_act},
        {"consultation move", "ID", 1, 1, move_options, "move the deadline after an incident (buyer)", pli_consultation_move},
        {"consultation commission", "ID FILE.json", 2, 2, no_options, "name another commission, before the first deposit (buyer)", pli_consultation_commission},
        {"documents", "ID", 1, 1, output_folder, "download a consultation's documents and check their digests", pli_documents},
        {"key new", "", 0, 0, key_options, "make a private key and the request for its certificate", pli_key_new},
        {"key recover", "FILE", 1, 1, recover_options, "have a key back from its recovery sheet, typed or scanned into a file", pli_key_recover},
        {"key prove", "", 0, 0, rehearse_options, "show the gateway that you hold your key (commission member)", pli_key_prove},
        {"sign", "FILE…", 1, ANY, sign_options, "sign files: one ASiC-E container with a XAdES signature over all of them", pli_sign},
        {"augment", "FILE", 1, 1, augment_options, "raise what is signed already to a higher level, or renew it", pli_augment},
        {"pack", "FILE…", 1, ANY, output_file, "the same container without a signature", pli_pack},
        {"seal", "CONTAINER", 1, 1, seal_options, "seal a container for a consultation's commission", pli_seal},
        {"deposit", "FOLDER…", 1, 64, deposit_options, "deposit sealed envelopes; run again, it goes on where it was", pli_deposit},
        {"deposit show", "ID", 1, 1, no_options, "show what has arrived of a deposit", pli_deposit_show},
        {"deposit withdraw", "ID", 1, 1, end_options, "withdraw a deposit before the deadline", pli_deposit_withdraw},
        {"deposit abandon", "ID", 1, 1, end_options, "give up an unfinished deposit; its bytes are dropped", pli_deposit_abandon},
        {"evidence verify", "FILE.zip", 1, 1, receipt_verify_options, "prove an export of evidence, offline", pli_evidence_verify},
        {"open", "CONSULTATION", 1, 1, open_options, "start or join the opening: hand over your shares (commission member)", pli_open},
        {"opening", "CONSULTATION", 1, 1, opening_options, "show an opening; download its minutes, reports and documents", pli_opening},
        {"opening export", "CONSULTATION", 1, 1, export_options, "all documents with their reports, minutes and registers, as one ZIP (buyer, commission)", pli_opening_export},
        {"opening rehearse", "CONSULTATION", 1, 1, rehearse_options, "rehearse the opening with your key, before publication (commission member)", pli_opening_rehearse},
        {"opening decide", "CONSULTATION DEPOSIT admit|eliminate|open-late|open-offers", 3, 3, reason_options, "decide on a candidature; have opened what stays sealed (buyer)", pli_opening_decide},
        {"safeguard register", "CONSULTATION", 1, 1, safeguard_options, "register a safeguard copy that was handed in (buyer)", pli_safeguard_register},
        {"safeguard list", "CONSULTATION", 1, 1, no_options, "the safeguard copies, and which may be opened", pli_safeguard_list},
        {"safeguard open", "ID", 1, 1, reason_options, "open a safeguard copy, in a case of the law (buyer)", pli_safeguard_open},
        {"safeguard destroy", "ID", 1, 1, reason_options, "destroy a safeguard copy unopened, after the opening (buyer)", pli_safeguard_destroy},
        {"retention", "CONSULTATION", 1, 1, retention_options, "until when the tenders are kept; keep them longer, record the archives' visa (buyer)", pli_retention},
        {"registers", "CONSULTATION", 1, 1, registers_options, "the registers of a consultation (buyer, commission)", pli_registers},
        {"award analyse", "CONSULTATION FILE.json", 2, 2, no_options, "record the analysis and ranking of the offers (buyer)", pli_act},
        {"award decide", "CONSULTATION FILE.json", 2, 2, no_options, "decide every lot: awarded, unsuccessful or without follow-up (buyer)", pli_act},
        {"contract list", "CONSULTATION", 1, 1, no_options, "the contracts that an award made (buyer)", pli_act},
        {"contract show", "ID", 1, 1, no_options, "a contract, to those it binds", pli_act},
        {"contract notify", "ID", 1, 1, no_options, "notify a contract to its holder (buyer)", pli_act},
        {"contract attach", "ID FILE…", 2, ANY, no_options, "put the documents of a contract (buyer)", pli_contract_attach},
        {"contract sign", "ID CONTAINER.asice", 2, 2, as_options, "send your signature over all documents of a contract", pli_contract_sign},
        {"contract files", "ID", 1, 1, no_options, "the files of a contract and what the signatures are worth", pli_act},
        {"contract essential", "ID", 1, 1, no_options, "the essential data of a contract, and what is missing (buyer)", pli_act},
        {"contract data", "ID FILE.json", 2, 2, no_options, "add what the essential data ask for (buyer)", pli_act},
        {"contract publish", "ID", 1, 1, no_options, "publish the essential data of a contract (buyer)", pli_act},
        {"archive export", "CONSULTATION", 1, 1, output_file_options, "take away the whole file of a procedure, ZIP (buyer)", pli_archive_export},
        {"archive begin", "CONSULTATION", 1, 1, archive_options, "begin the transfer of a procedure's file to an archive service (buyer)", pli_archive_begin},
        {"archive transfer", "ID", 1, 1, output_file_options, "take the transfer, ZIP with its manifest (buyer)", pli_archive_transfer},
        {"archive show", "ID", 1, 1, no_options, "a transfer and what was answered (buyer)", pli_act},
        {"archive reply", "ID FILE.xml", 2, 2, no_options, "apply the archive service's reply (buyer)", pli_archive_reply},
        {"question ask", "CONSULTATION", 1, 1, question_options, "ask the buyer; the answer goes to all, unnamed (company)", pli_act},
        {"question list", "CONSULTATION", 1, 1, no_options, "questions and answers", pli_act},
        {"question answer", "ID", 1, 1, answer_options, "answer a question, to all (buyer)", pli_act},
        {"question dismiss", "ID", 1, 1, reason_options, "give a question no answer of its own (buyer)", pli_act},
        {"mail write", "CONSULTATION FILE.json", 2, 2, no_options, "write a message to a company, as a draft (buyer)", pli_act},
        {"mail attach", "ID FILE…", 2, ANY, no_options, "put files to a message or to its answer", pli_mail_attach},
        {"mail send", "ID", 1, 1, no_options, "send a message (buyer)", pli_act},
        {"mail list", "CONSULTATION", 1, 1, no_options, "the messages of a consultation: sent, read, answered (buyer)", pli_act},
        {"mail inbox", "", 0, 0, no_options, "the messages for your company", pli_act},
        {"mail show", "ID", 1, 1, no_options, "read a message: the proof of reading is made then", pli_act},
        {"mail answer", "ID", 1, 1, text_options, "answer a message (company)", pli_act},
        {"round", "CONSULTATION FILE.json", 2, 2, no_options, "open a round of negotiation (buyer)", pli_act},
        {"letters", "CONSULTATION", 1, 1, text_options, "tell every company the outcome; the standstill runs from here (buyer)", pli_act},
        {"contact", "", 0, 0, contact_options, "where you are told by e-mail that something waits", pli_contact},
        {"file acte", "FILE…", 1, ANY, acte_options, "file an acte: first the acte, then its annexes", pli_file_acte},
        {"file pes", "FILE", 1, 1, pes_options, "file a PES: accounts for the DGFiP", pli_file_pes},
        {"return list", "", 0, 0, no_options, "what the DGFiP sent unasked: PES Retour, OCRE and the like", pli_return_list},
        {"return take", "ID", 1, 1, take_options, "take one of them", pli_return_take},
        {"filing show", "ID", 1, 1, no_options, "show a filing and its steps", pli_filing_show},
        {"filing list", "", 0, 0, filing_list_options, "find filings, newest first", pli_filing_list},
        {"filing download", "ID", 1, 1, output_folder, "fetch a filing's files and the State's answers", pli_filing_download},
        {"filing stamped", "ID", 1, 1, output_file, "fetch the acte as a PDF that bears the numbers of the State's receipt", pli_filing_stamped},
        {"filing cancel", "ID", 1, 1, no_options, "ask the State to cancel an acte", pli_filing_cancel},
        {"filing letters", "", 0, 0, letters_options, "the prefecture's letters", pli_filing_letters},
        {"filing reply", "LETTER MESSAGE FILE…", 3, ANY, no_options, "reply to a letter: 2-2, 3-3, 3-4, 4-3 or 4-4", pli_filing_reply},
        {"filing classification", "", 0, 0, classification_options, "what the prefecture lets you file under", pli_filing_classification},
        {"watch", "ID", 0, 1, watch_options, "follow a filing to its end, or all that happens (exit 10 where the State refused it)", pli_watch},
        {"receipts", "", 0, 0, receipts_options, "read the feed of receipts, each exactly once (State platform)", pli_receipts},
        {"receipt verify", "FILE", 1, 1, receipt_verify_options, "prove a receipt, offline", pli_receipt_verify},
        {"journal monitor", "URL", 0, 1, monitor_options, "prove that the journal has kept to all it has signed (exit 11 where it has not)", pli_journal_monitor},
        {"receipt show", "FILE", 1, 1, receipt_show_options, "show what a receipt says", pli_receipt_show},
        {"verify", "FILE", 1, 1, verify_options, "judge a signed document (exit 0 valid, 10 indeterminate, 11 not valid, 65 unreadable)", pli_verify},
        {"trust refresh", "", 0, 0, refresh_options, "fetch the trusted lists of Europe and keep those their signers signed", pli_trust_refresh},
        {"completion", "", 0, 0, no_options, "print a completion script for bash", pli_completion},
        {"help", "COMMAND…", 0, 3, no_options, "explain a command", pli_help},
};
/* clang-format on */
const size_t command_count = sizeof commands / sizeof *commands;
