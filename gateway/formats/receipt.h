/*
 * receipt.h - the receipt (accusé de réception): what the law wants told, and
 * the proof that it is in the journal, in one signed XML file that verifies
 * offline. Pure: bytes in, bytes out. The grammar (receipt.xsd is the same):
 *
 *   Receipt Id="receipt" version="1"                      xmlns urn:pli:receipt:1
 *     EvidenceIdentifier  "ORIGIN#INDEX"                  names: ETSI EN 319 522-2 where it has one
 *     ERDSEventId, Fact?, EventTime, Channel?, EventReasons?{EventReason+{Code, Details?}}
 *     EvidenceIssuerDetails{Name, Address?}
 *     SenderDetails?{Name?, Organisation?, Siret?, CertificateDigest?}      annexe 7 art. 2-III (1)
 *     RecipientDetails?{Name?, Siret?}                                      (2)
 *     MessageIdentifier?{Type?, Identifier?}
 *     Consultation?{Identifier?, Reference?, Title?, Object?, Deadline?}    (3)
 *     Filing?{Act?, Number?, Object?}
 *     Relation?{Deposit?, ReplacedBy?, WithdrawnEvent?, Cursor?}
 *     Relay?{Archive?, Digest?, Bytes?, Address?, Status?}                  what was sent to the State
 *     Answer?{Message?, Act?, Date?, Code?, Text?, Digest?}                 what the State answered
 *     Key?{Use?, Identifier?, Name?, RevokedFrom?}                          a key of this gateway taken up or revoked
 *     Opening?{Started?, StartedBy?, Finished?, Quorum?, CandidaturesFirst?, Zone?, DeadlineLocal?, StartedLocal?,
 *         FinishedLocal?}                                                   the minutes (procès-verbal d'ouverture), to Register
 *     Commission?{Member+{Number?, Name?, Present?, Since?, SinceLocal?, Substitute?, SubstitutePresent?, SubstituteSince?,
 *         SubstituteSinceLocal?}}
 *     Present?{Person+{Name?, Since?, SinceLocal?}}
 *     Decisions?{Decision+{Deposit?, Verdict?, Reason?, By?, At?, AtLocal?}}
 *     Openings?{OpenedEnvelope+{Deposit?, Company?, Lot?, Kind?, State?, Documents?, NotListed?, Missing?, Signature?, Manifest?,
 *         Infected?, NotScanned?}}                                          in sum; each report is in the event's text
 *     Register?{RegisteredDeposit+{Identifier?, Company?, Siret?, Started?, Received?, ReceivedLocal?, Late?, State?, Admitted?,
 *         Receipt?}}
 *     TransmissionStart?, SubmissionTime?, Late?                            (4)
 *     Documents?{Document+{Name?, MediaType?, Size?, Digest?, Envelope?, Lot?, Kind?}}  (5)
 *     Envelopes?{Envelope+{Name?, Lot?, Kind?, Bytes?, Digest?, ManifestDigest?}}
 *     TransferEvidence?{Attempts, Interruptions, Bytes, First?}
 *     TimeStamp  "included" | "pending" when it was signed | "none"
 *     Journal{Index, TreeSize, Salt, Proof{Hash*}, Checkpoint, Event | EventBase64}
 *     ds:Signature?                                       XAdES-B-T by the gateway's seal
 */
#ifndef PLI_FORMATS_RECEIPT_H
#define PLI_FORMATS_RECEIPT_H

#include "gateway/formats/note.h"
#include "gateway/formats/refusals.h"

enum receipt_stamp { RECEIPT_STAMP_INCLUDED, RECEIPT_STAMP_PENDING, RECEIPT_STAMP_NONE };
enum { RECEIPT_MAX = 16777216 }; /* bytes of a receipt; 1,000 documents take under 1 MB */

struct receipt_source {
        struct signing_bytes text; /* the event, exactly as committed to */
        uint8_t salt[MERKLE_SALT];
        uint64_t index;
        const struct merkle_proof *proof;
        struct signing_bytes checkpoint; /* the note whose root the proof leads to */
        const char *issuer, *address;    /* name and URL of this gateway; address may be NULL */
        enum receipt_stamp stamp;
};
/* The unsigned XML. The event must be one JSON object. */
bool receipt_write(const struct receipt_source *source, const struct signing_sink *out, struct signing_refusal *why)
        __attribute__((warn_unused_result));

/* Strict: any element, attribute or order the grammar does not know is refused. The signature is not judged (signing_verify). */
struct receipt;
bool receipt_read(struct signing_bytes xml, struct receipt **out, struct signing_refusal *why) __attribute__((warn_unused_result));
void receipt_free(struct receipt *receipt);
const struct receipt_source *receipt_source(const struct receipt *receipt); /* what it carries; borrowed */
const char *receipt_time(const struct receipt *receipt);                    /* EventTime, as written */
bool receipt_signed(const struct receipt *receipt);                         /* is there a ds:Signature at all? */

/* All that is wrong, not only the first. `key` NULL: the checkpoint's signature is
 * not judged, and the answer is at best SIGNING_INDETERMINATE. */
enum signing_indication receipt_check(const struct receipt *receipt, const struct note_key *key, struct refusals *out);
/* A page for people, "fr" or "en", that prints well; `findings` may be NULL. */
bool receipt_show_html(const struct receipt *receipt, const struct refusals *findings, const char *language,
                       const struct signing_sink *out) __attribute__((warn_unused_result));

#endif
