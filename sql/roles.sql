-- Who may call what. Programs own no table and read none.
revoke all on schema pli, rule from public;
revoke all on all functions in schema pli, rule, api from public, pli_front, pli_notary, pli_relay, pli_admin;
revoke all on all tables in schema pli from public, pli_front, pli_notary, pli_relay, pli_admin;
grant usage on schema api to pli_front, pli_notary, pli_relay, pli_admin;

grant execute on function api.archive_export, api.archive_begin, api.archive_show, api.archive_open, api.archive_reply to pli_front;
grant execute on function api.contract_data, api.contract_open, api.essential_publish, api.essential_list, api.open_catalogue, api.open_consultations to pli_front;
grant execute on function api.question_ask, api.question_answer, api.question_dismiss, api.question_list, api.mail_write, api.mail_send, api.mail_show, api.mail_announce, api.mail_open,
        api.mail_answer, api.mail_file_begin, api.mail_file_finish, api.mail_file_open, api.mail_list, api.mail_inbox, api.contact_set, api.contact_show, api.round_open, api.letters_send,
        api.contract_file_begin, api.contract_file_finish, api.contract_file_list, api.contract_file_open to pli_front;
grant execute on function api.post_claim, api.post_settle to pli_relay;

grant execute on function api.now, api.identify, api.consultation_create, api.consultation_publish, api.consultation_list, api.consultation_show,
        api.document_begin, api.document_finish, api.document_open, api.chunk_put, api.chunks_settle, api.chunk_drop, api.chunk_read,
        api.deposit_open, api.deposit_show, api.deposit_commit, api.deposit_withdraw, api.envelope_admit, api.transfer_record, api.manifest_put,
        api.opening_start, api.opening_shares_wanted, api.opening_share_put, api.opening_show, api.opening_decide, api.opening_receipt, api.opening_trial_show, api.opening_trial_put, api.opening_trial_answer, api.opening_trial_settle,
        api.key_show, api.key_challenge_put, api.key_challenge_answer, api.envelope_claim, api.envelope_settle, api.envelope_show,
        api.filing_create, api.filing_file_begin, api.filing_file_finish, api.filing_show, api.filing_submit, api.filing_refuse,
        api.receipts_after, api.events_after, api.cursor_acknowledge, api.receipt_show, api.checkpoint_note, api.checkpoint_cosigned, api.journal_tile,
        api.webhook_create, api.webhook_list, api.webhook_delete, api.webhook_replay, api.metrics to pli_front;

grant execute on function api.now, api.notary_lock, api.event_pending, api.journal_append, api.journal_nodes, api.journal_state,
        api.receipts_put, api.receipts_stamp, api.receipt_unstamped, api.receipt_missing to pli_notary;

grant execute on function api.key_list, api.metrics_local to pli_front;
grant execute on function api.key_settle, api.receipt_unstamped_after, api.receipt_keeping, api.receipt_keep, api.notary_report to pli_notary;
grant execute on function api.key_list, api.key_revoke to pli_admin;

grant execute on function api.now, api.relay_lock, api.outbox_claim, api.outbox_settle, api.filing_answer, api.answer_stray, api.chunk_read,
        api.webhook_claim, api.webhook_settle to pli_relay;

grant execute on function api.now, api.maintain, api.body_enrol, api.party_enrol, api.party_disable, api.party_list, api.outbox_list,
        api.journal_rows, api.checkpoint_rows, api.node_rows, api.receipt_rows, api.event_strays, api.cosign, api.journal_state, api.migrations, api.doctor to pli_admin;

grant execute on function api.chunks_admit, api.deposit_abandon, api.rehearsal_show, api.health_put, api.safeguard_register, api.safeguard_list, api.safeguard_open,
        api.safeguard_destroy, api.deadline_move, api.commission_change, api.register_show, api.sweep to pli_front;
grant execute on function api.sweep, api.setting_list, api.setting_set, api.evidence_show, api.evidence_receipts, api.evidence_append, api.evidence_receipt to pli_admin;

grant execute on function api.reply_create, api.filing_cancel, api.letter_show, api.letter_list, api.answer_file, api.classification_show, api.classification_ask,
        api.filing_search, api.filing_file_open, api.access_refused, api.transaction_find, api.answer_message, api.file_find, api.letters_unread, api.letter_read,
        api.form_begin, api.form_drop, api.filing_file_attach, api.classification_message, api.published_list, api.published_file to pli_front;
grant execute on function api.procedure_list, api.threshold_list, api.consultation_change, api.change_list, api.consultation_unschedule, api.schedule_run,
        api.access_set, api.access_open, api.document_open_all, api.document_list, api.analysis_put, api.award_put, api.consultation_abandon,
        api.contract_list, api.contract_show, api.contract_notify to pli_front;
grant execute on function api.pes_create, api.pes_submit, api.return_list, api.return_open to pli_front;
grant execute on function api.pes_answer, api.return_begin, api.return_finish, api.chunk_put, api.quarantine_begin, api.quarantine_chunk, api.quarantine_finish,
        api.channel_report to pli_relay;
grant execute on function api.channel_list, api.channel_change, api.channel_test, api.quarantine_list, api.siret_enrol to pli_admin;

grant execute on function api.revocation_want, api.revocation_bodies to pli_front;
grant execute on function api.revocation_claim, api.revocation_store, api.revocation_fail to pli_relay;
grant execute on function api.revocation_list to pli_admin;

grant execute on function api.retention_show, api.retention_set, api.retention_run to pli_front;
grant execute on function api.retention_list, api.retention_run to pli_admin;
grant execute on function api.desk_show to pli_front;
