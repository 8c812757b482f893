/*
 * compat_actes.h - the actes API of S²LOW, for software written for it: another
 * host name and certificate, nothing else. Its words, parameters and answers
 * (text/plain "OK\n…" or "KO\n…" in ISO-8859-1, or JSON) are kept; what they do is
 * what /api/v1/filings does.
 *
 * Transactions and files are known by numbers; states by S²LOW's codes: -1 error,
 * 0 cancelled, 2 waiting, 3 sent, 4 acknowledged, 7 letter received, 8 its receipt
 * sent, 9 reply sent, 11 reply acknowledged, 17 to be confirmed, 21 letter without
 * a receipt.
 */
#ifndef PLI_FRONT_COMPAT_ACTES_H
#define PLI_FRONT_COMPAT_ACTES_H

#include "gateway/front/http.h"

/* GET /api/test-connexion.php */
enum answer compat_test(struct request *request);
/* GET /api/info-connexion.php, /admin/users/api-list-login.php */
enum answer compat_account(struct request *request);
/* POST …/actes_transac_create.php: api, nature_code, classif1…5, number, decision_date, subject, acte_pdf_file(+_sign),
 * acte_attachments[], type_acte, type_pj[], en_attente, document_papier → OK, number */
enum answer compat_create(struct request *request);
/* POST …/actes_transac_reponse_create.php: id (of the letter), type_envoie (3 refuses, 4 replies), acte_pdf_file,
 * acte_attachments[] */
enum answer compat_reply(struct request *request);
/* POST …/actes_transac_cancel.php: id → OK, number of the cancellation */
enum answer compat_cancel(struct request *request);
/* POST …/actes_transac_post_confirm_api.php: id; a transaction created with en_attente is submitted */
enum answer compat_confirm(struct request *request);
/* GET …/actes_transac_get_status.php?transaction= → OK, code, then the AR's XML or what went wrong */
enum answer compat_status(struct request *request);
/* GET …/actes_transac_get_files_list.php?transaction= → [{id, name, posted_filename, mimetype, size}] */
enum answer compat_files(struct request *request);
/* GET …/actes_transac_get_tampon.php?transaction= */
enum answer compat_stamped(struct request *request);
/* GET …/actes_download_file.php?file=, with &tampon=true its stamped copy */
enum answer compat_download(struct request *request);
/* GET …/actes_transac_get_document.php?id= → of an acte the lines "type-status-number"; of a letter a tar.gz */
enum answer compat_document(struct request *request);
/* GET …/api/list_document_prefecture.php, …/document_prefecture_mark_as_read.php?transaction_id= */
enum answer compat_letters(struct request *request);
enum answer compat_letter_read(struct request *request);
/* GET …/actes_classification_fetch.php, …/actes_classification_request.php */
enum answer compat_classification(struct request *request);
enum answer compat_classification_ask(struct request *request);

#endif
