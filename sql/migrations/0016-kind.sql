-- What an envelope may be: who the company is; what it offers, whole or its technical and financial parts apart.
create function envelope_kinds() returns text[] language sql immutable parallel safe as $$
        select array['candidature', 'offre', 'offre-technique', 'offre-financiere']
$$;
alter table consultation drop constraint consultation_envelopes_check,
        add constraint consultation_envelopes_check check (envelopes <@ pli.envelope_kinds() and cardinality(envelopes) > 0);
alter table consultation_lot drop constraint consultation_lot_envelopes_check,
        add constraint consultation_lot_envelopes_check check (envelopes <@ pli.envelope_kinds() and cardinality(envelopes) > 0);
alter table envelope drop constraint envelope_kind_check,
        add constraint envelope_kind_check check (kind = any (pli.envelope_kinds()));
