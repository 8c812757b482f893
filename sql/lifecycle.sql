-- Every allowed step of every life cycle. 'none' is before the beginning. Applied each time: a row taken
-- out of here goes away, unless some step used it, which the foreign key then says.
create temporary table wanted (like lifecycle including all) on commit drop;
insert into wanted (kind, from_state, event, to_state, sentence_en, sentence_fr) values
('consultation', 'none', 'create', 'draft', 'The buyer prepares the consultation.', 'L''acheteur prépare la consultation.'),
('consultation', 'draft', 'publish', 'published', 'The consultation is published.', 'La consultation est publiée.'),
('consultation', 'published', 'start', 'opening', 'The opening of the tenders starts.', 'L''ouverture des plis commence.'),
('consultation', 'opening', 'finish', 'opened', 'All tenders received in time are opened.', 'Tous les plis reçus dans les délais sont ouverts.'),
('deposit', 'none', 'open', 'started', 'The company starts its deposit.', 'L''entreprise commence son dépôt.'),
('deposit', 'started', 'commit', 'committed', 'The deposit is received whole.', 'Le pli est reçu en entier.'),
('deposit', 'started', 'abandon', 'abandoned', 'The deposit was never finished.', 'Le dépôt n''a jamais été achevé.'),
('deposit', 'started', 'rehearse', 'rehearsed', 'The rehearsal went through every step; it counts for nothing.', 'La simulation a passé toutes les étapes ; elle ne compte pas.'),
('deposit', 'committed', 'replace', 'replaced', 'A later deposit of the same company takes its place.', 'Un dépôt ultérieur de la même entreprise le remplace.'),
('deposit', 'committed', 'withdraw', 'withdrawn', 'The company withdraws its deposit.', 'L''entreprise retire son pli.'),
('deposit', 'committed', 'settle', 'opened', 'All its envelopes are opened.', 'Toutes ses enveloppes sont ouvertes.'),
('deposit', 'committed', 'fail', 'unreadable', 'One of its envelopes cannot be read.', 'Une de ses enveloppes est illisible.'),
('envelope', 'none', 'admit', 'open', 'The envelope takes bytes.', 'L''enveloppe reçoit des octets.'),
('envelope', 'open', 'commit', 'sealed', 'The envelope is whole and sealed.', 'L''enveloppe est complète et scellée.'),
('envelope', 'open', 'abandon', 'abandoned', 'The envelope was never finished.', 'L''enveloppe n''a jamais été achevée.'),
('envelope', 'open', 'rehearse', 'rehearsed', 'The envelope was whole; as a rehearsal it is not kept.', 'L''enveloppe était complète ; simulée, elle n''est pas conservée.'),
('envelope', 'sealed', 'replace', 'replaced', 'A later envelope for the lot takes its place; it stays sealed.', 'Une enveloppe ultérieure pour le lot la remplace ; elle reste scellée.'),
('envelope', 'sealed', 'withdraw', 'withdrawn', 'It was withdrawn with its deposit; it stays sealed.', 'Elle est retirée avec son pli ; elle reste scellée.'),
('envelope', 'sealed', 'gather', 'ready', 'The quorum has handed over its shares.', 'Le quorum a remis ses parts de clé.'),
('envelope', 'ready', 'settle', 'opened', 'The envelope is opened and its documents checked.', 'L''enveloppe est ouverte et ses documents sont contrôlés.'),
('envelope', 'ready', 'fail', 'unreadable', 'The envelope cannot be read.', 'L''enveloppe est illisible.'),
('envelope', 'ready', 'infect', 'infected', 'The antivirus found something in it.', 'L''antivirus y a trouvé un programme malveillant.'),
('safeguard', 'none', 'register', 'kept', 'The safeguard copy is received and kept closed.', 'La copie de sauvegarde est reçue et conservée fermée.'),
('safeguard', 'kept', 'open', 'opened', 'The safeguard copy is opened, in a case of the law.', 'La copie de sauvegarde est ouverte, dans un cas prévu par les textes.'),
('safeguard', 'kept', 'destroy', 'destroyed', 'The safeguard copy is destroyed unopened.', 'La copie de sauvegarde est détruite sans avoir été ouverte.'),
('filing', 'none', 'create', 'draft', 'The authority prepares the filing.', 'La collectivité prépare la télétransmission.'),
('filing', 'draft', 'submit', 'submitted', 'The filing is accepted and waits to be sent.', 'La télétransmission est acceptée et attend son envoi.'),
('filing', 'draft', 'reject', 'rejected', 'The filing is refused at reception.', 'La télétransmission est refusée à la réception.'),
('filing', 'submitted', 'claim', 'sending', 'The filing is being sent to the State.', 'La télétransmission est en cours d''envoi à l''État.'),
('filing', 'sending', 'retry', 'submitted', 'The State did not answer; it will be sent again.', 'L''État n''a pas répondu ; elle sera renvoyée.'),
('filing', 'sending', 'send', 'sent', 'The State has taken the filing.', 'L''État a pris la télétransmission.'),
('filing', 'sending', 'fail', 'failed', 'The filing could not be handed to the State.', 'La télétransmission n''a pu être remise à l''État.'),
('filing', 'submitted', 'acknowledge', 'acknowledged', 'The State acknowledges reception, though its answer to the sending was lost.', 'L''État accuse réception, bien que sa réponse à l''envoi se soit perdue.'),
('filing', 'submitted', 'refuse', 'refused', 'The State reports an anomaly, though its answer to the sending was lost.', 'L''État signale une anomalie, bien que sa réponse à l''envoi se soit perdue.'),
('filing', 'sending', 'acknowledge', 'acknowledged', 'The State acknowledges reception before the sending is over.', 'L''État accuse réception avant la fin de l''envoi.'),
('filing', 'sending', 'refuse', 'refused', 'The State reports an anomaly before the sending is over.', 'L''État signale une anomalie avant la fin de l''envoi.'),
('filing', 'sent', 'acknowledge', 'acknowledged', 'The State acknowledges reception.', 'L''État accuse réception.'),
('filing', 'sent', 'refuse', 'refused', 'The State reports an anomaly.', 'L''État signale une anomalie.'),
('filing', 'acknowledged', 'cancel', 'cancelled', 'The State acknowledges the cancellation.', 'L''État accuse réception de l''annulation.');
insert into lifecycle select * from wanted
on conflict (kind, from_state, event) do update
set to_state = excluded.to_state, sentence_en = excluded.sentence_en, sentence_fr = excluded.sentence_fr;
delete from lifecycle l where not exists (select from wanted w where (w.kind, w.from_state, w.event) = (l.kind, l.from_state, l.event));
drop table wanted;
