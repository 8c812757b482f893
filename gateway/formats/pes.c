/* pes.c - one function for each place of a PES Aller where something is read. */
#include "gateway/formats/pes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "gateway/formats/pes_attachment.h"
#include "gateway/formats/pes_check.h"
#include "gateway/formats/pes_ids.h"
#include "gateway/formats/pes_stream.h"

#define PES_ALLER "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
#define DSIG "http://www.w3.org/2000/09/xmldsig#"

enum { VALUE = 512, TEXT = 512, REFERENCES_MAX = 64 };

struct pes_reader {
        struct pes_stream *stream;
        const struct pes_files *files;
        struct refusals why;
        json_t *facts, *bordereaux, *attachments, *pieces, *signatures, *notes; /* all but facts borrowed from it */
        struct pes_ids ids, names;
        json_t *bordereau, *file, *signature; /* the one being read, borrowed, or NULL */
        size_t bordereau_depth, signature_depth;
        bool relied, started, markets;
        struct pes_attachment *attachment;
        struct signing_sink sink;
        bool passed_on;
        uint64_t expanded;
        char text[TEXT]; /* of the element whose text is wanted */
        size_t text_size;
        bool text_wanted;
};

/* ---- small things ---- */

static bool is(const char *name, const char *wanted)
{
        return strcmp(name, wanted) == 0;
}

static bool under(const struct pes_reader *reader, const char *parent)
{
        return is(pes_stream_above(reader->stream, 1), parent);
}

/* V="…", which holds every value of PES V2. */
static void value_keep(const struct pes_reader *reader, json_t *object, const char *member)
{
        char value[VALUE];
        if (object != NULL && pes_stream_attribute(reader->stream, "V", value, sizeof value))
                json_object_set_new(object, member, json_string(value));
}

struct place {
        const char *parent, *name, *member;
};

static bool places_read(const struct pes_reader *reader, const struct place *places, size_t count, const char *name, json_t *object)
{
        for (size_t i = 0; i < count; i++)
                if (is(places[i].name, name) && under(reader, places[i].parent)) {
                        value_keep(reader, object, places[i].member);
                        return true;
                }
        return false;
}

static json_t *member_list(json_t *facts, const char *name)
{
        json_t *list = json_array();
        json_object_set_new(facts, name, list);
        return list;
}

/* ---- envelope, header, bordereaux ---- */

static bool header_start(struct pes_reader *reader, const char *name)
{
        static const struct place places[] = {{"Parametres", "TypFic", "type"},  {"Parametres", "NomFic", "name"},
                                              {"EnTetePES", "DteStr", "date"},   {"EnTetePES", "IdPost", "post"},
                                              {"EnTetePES", "IdColl", "siret"},  {"EnTetePES", "CodCol", "code"},
                                              {"EnTetePES", "CodBud", "budget"}, {"EnTetePES", "LibelleColBud", "label"}};
        return places_read(reader, places, sizeof places / sizeof *places, name, reader->facts);
}

static void bordereau_start(struct pes_reader *reader)
{
        char id[VALUE] = "";
        bool income = under(reader, "PES_RecetteAller");
        if (json_array_size(reader->bordereaux) == PES_BORDEREAUX_MAX) {
                refusals_add(&reader->why, "pes-too-many", "20,000 bordereaux", "The PES holds more than %d bordereaux.",
                             PES_BORDEREAUX_MAX);
                return;
        }
        (void)pes_stream_attribute(reader->stream, "Id", id, sizeof id);
        reader->bordereau = json_pack("{s:s, s:s, s:i, s:b}", "id", id, "kind", income ? "recette" : "depense", "pieces", 0,
                                      "relied", reader->relied);
        reader->bordereau_depth = pes_stream_depth(reader->stream);
        json_array_append_new(reader->bordereaux, reader->bordereau);
}

static bool bordereau_part(struct pes_reader *reader, const char *name)
{
        static const struct place places[] = {{"BlocBordereau", "Exer", "exercise"},
                                              {"BlocBordereau", "IdBord", "number"},
                                              {"BlocBordereau", "TypBord", "type"},
                                              {"BlocBordereau", "NbrPce", "announced"}};
        if (is(name, "InfoDematerialisee") && (under(reader, "EnTeteDepense") || under(reader, "EnTeteRecette"))) {
                char value[8] = "";
                reader->relied = pes_stream_attribute(reader->stream, "V", value, sizeof value) && is(value, "1");
                return true;
        }
        if (is(name, "Bordereau") && (under(reader, "PES_DepenseAller") || under(reader, "PES_RecetteAller"))) {
                bordereau_start(reader);
                return true;
        }
        if (reader->bordereau == NULL)
                return false;
        if (is(name, "Piece") && under(reader, "Bordereau")) {
                json_object_set_new(reader->bordereau, "pieces",
                                    json_integer(json_integer_value(json_object_get(reader->bordereau, "pieces")) + 1));
                return true;
        }
        return places_read(reader, places, sizeof places / sizeof *places, name, reader->bordereau);
}

/* ---- attachments ---- */

static void content_start(struct pes_reader *reader)
{
        char media_type[VALUE] = "application/octet-stream";
        uint64_t room = PES_ATTACHMENTS_ALL - reader->expanded;
        if (reader->file == NULL || reader->attachment != NULL)
                return;
        (void)pes_stream_attribute(reader->stream, "MIMEType", media_type, sizeof media_type);
        json_object_set_new(reader->file, "mediaType", json_string(media_type));
        char name[32];
        snprintf(name, sizeof name, "PJ %zu", json_array_size(reader->pieces));
        reader->passed_on = reader->files != NULL && reader->files->begin(reader->files->context, name, media_type);
        if (reader->passed_on)
                reader->sink = (struct signing_sink){reader->files->context, reader->files->write};
        reader->attachment = pes_attachment_open(room < PES_ATTACHMENT_MAX ? room : PES_ATTACHMENT_MAX,
                                                 reader->passed_on ? &reader->sink : NULL);
}

static void content_end(struct pes_reader *reader)
{
        static const char *const codes[] = {[PES_ATTACHMENT_BASE64] = "pes-attachment-content",
                                            [PES_ATTACHMENT_GZIP] = "pes-attachment-content",
                                            [PES_ATTACHMENT_BOMB] = "pes-attachment-bomb",
                                            [PES_ATTACHMENT_SINK] = "pes-attachment-content"};
        static const char *const sentences[] = {[PES_ATTACHMENT_BASE64] = "is not written in base64",
                                                [PES_ATTACHMENT_GZIP] = "is no whole gzip file",
                                                [PES_ATTACHMENT_BOMB] = "grows past 128 MiB, or all of them past 1 GiB",
                                                [PES_ATTACHMENT_SINK] = "could not be looked at"};
        uint64_t size = pes_attachment_size(reader->attachment);
        enum pes_attachment_end end = pes_attachment_close(reader->attachment);
        reader->attachment = NULL;
        reader->expanded += size;
        if (reader->passed_on && !reader->files->end(reader->files->context))
                end = PES_ATTACHMENT_SINK;
        json_object_set_new(reader->file, "bytes", json_integer((json_int_t)size));
        if (end != PES_ATTACHMENT_WHOLE)
                refusals_add(&reader->why, codes[end], "PES PJ/Contenu/Fichier", "Attachment %zu %s.",
                             json_array_size(reader->pieces), sentences[end]);
}

static bool attachment_start(struct pes_reader *reader, const char *name)
{
        static const struct place places[] = {{"PJ", "IdUnique", "id"}, {"PJ", "NomPJ", "name"}, {"PJ", "TypePJ", "type"}};
        if (is(name, "PJ")) {
                if (json_array_size(reader->pieces) == PES_FILES_MAX)
                        refusals_add(&reader->why, "pes-too-many", "50,000 attachments", "The PES holds more than %d attachments.",
                                     PES_FILES_MAX);
                reader->file = json_object();
                json_array_append_new(reader->pieces, reader->file);
                return true;
        }
        if (reader->file == NULL)
                return false;
        if (is(name, "Fichier") && under(reader, "Contenu")) {
                content_start(reader);
                return true;
        }
        return places_read(reader, places, sizeof places / sizeof *places, name, reader->file);
}

/* Its name, type and identifier; the identifier is unique in the file too. */
static void attachment_end(struct pes_reader *reader)
{
        const char *id = json_string_value(json_object_get(reader->file, "id"));
        pes_check_file(reader->file, json_array_size(reader->pieces), &reader->why);
        if (id != NULL && *id != '\0') {
                if (!pes_ids_add(&reader->names, id))
                        refusals_add(&reader->why, "pes-attachment-duplicate", "PES PJ/IdUnique",
                                     "Two attachments have the IdUnique %.50s.", id);
                json_array_append_new(reader->attachments, json_string(id));
        }
        reader->file = NULL;
}

/* ---- signatures: what they say; whether they hold is libsigning's to say ---- */

static void signature_start(struct pes_reader *reader)
{
        char id[VALUE] = "";
        if (json_array_size(reader->signatures) == PES_SIGNATURES_MAX) {
                refusals_add(&reader->why, "pes-too-many", "2,000 signatures", "The PES holds more than %d signatures.",
                             PES_SIGNATURES_MAX);
                return;
        }
        (void)pes_stream_attribute(reader->stream, "Id", id, sizeof id);
        json_int_t on = reader->bordereau != NULL ? (json_int_t)json_array_size(reader->bordereaux) - 1
                        : reader->file != NULL    ? -2
                                                  : -1;
        reader->signature = json_pack("{s:s, s:I, s:[]}", "id", id, "on", on, "references");
        reader->signature_depth = pes_stream_depth(reader->stream);
        json_array_append_new(reader->signatures, reader->signature);
}

static bool signature_part(struct pes_reader *reader, const char *name)
{
        static const char *const wanted[] = {"SigningTime", "ClaimedRole", "SPURI", "Identifier"};
        if (is(name, "Signature") && is(pes_stream_space(reader->stream), DSIG) && reader->signature == NULL) {
                signature_start(reader);
                return true;
        }
        if (reader->signature == NULL)
                return false;
        char uri[VALUE];
        if (is(name, "Reference") && under(reader, "SignedInfo") &&
            json_array_size(json_object_get(reader->signature, "references")) < REFERENCES_MAX &&
            pes_stream_attribute(reader->stream, "URI", uri, sizeof uri))
                json_array_append_new(json_object_get(reader->signature, "references"), json_string(*uri == '#' ? uri + 1 : uri));
        if (is(name, "SignaturePolicyIdentifier"))
                json_object_set_new(reader->signature, "policy", json_true());
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
                if (is(name, wanted[i])) {
                        reader->text_wanted = true;
                        reader->text_size = 0;
                }
        return true;
}

static void signature_text_end(struct pes_reader *reader, const char *name)
{
        static const struct place members[] = {{NULL, "SigningTime", "time"},
                                               {NULL, "ClaimedRole", "role"},
                                               {NULL, "SPURI", "qualifier"},
                                               {NULL, "Identifier", "policyId"}};
        char *at = reader->text;
        reader->text_wanted = false;
        reader->text[reader->text_size] = '\0';
        at += strspn(at, " \t\r\n");
        for (size_t length = strlen(at); length > 0 && strchr(" \t\r\n", at[length - 1]) != NULL; length--)
                at[length - 1] = '\0';
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
                if (is(name, members[i].name))
                        json_object_set_new(reader->signature, members[i].member, json_string(at));
}

/* ---- the stream's callbacks ---- */

static void root_start(struct pes_reader *reader, const char *name)
{
        char id[VALUE];
        reader->started = true;
        if (!is(name, "PES_Aller") || !is(pes_stream_space(reader->stream), PES_ALLER))
                refusals_add(&reader->why, "pes-root", "PES_Aller.xsd", "The root is %.60s, not PES_Aller of PES V2.", name);
        if (pes_stream_attribute(reader->stream, "Id", id, sizeof id))
                json_object_set_new(reader->facts, "id", json_string(id));
}

static void id_keep(struct pes_reader *reader)
{
        static const char *const spellings[] = {"Id", "ID", "id"};
        char id[VALUE];
        for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
                if (!pes_stream_attribute(reader->stream, spellings[i], id, sizeof id) || reader->ids.count == PES_IDS_MAX)
                        continue;
                if (!pes_ids_add(&reader->ids, id))
                        refusals_add(&reader->why, "pes-id-twice", "XML 1.0 3.3.1",
                                     "The Id %.100s stands on two elements: what is signed is ambiguous.", id);
        }
}

static void element_start(void *context, struct pes_stream *stream, const char *name)
{
        struct pes_reader *reader = context;
        reader->stream = stream;
        if (!reader->started)
                root_start(reader, name);
        id_keep(reader);
        if (signature_part(reader, name) || header_start(reader, name) || bordereau_part(reader, name) ||
            attachment_start(reader, name))
                return;
        if (is(name, "Marche") || is(name, "ContratsMarches") || under(reader, "PES_Marche") || under(reader, "PES_Facture"))
                reader->markets = true;
}

static void text_pass(void *context, struct pes_stream *stream, const char *data, size_t size)
{
        struct pes_reader *reader = context;
        (void)stream;
        if (reader->attachment != NULL) {
                pes_attachment_write(reader->attachment, data, size);
        } else if (reader->text_wanted) {
                size_t room = sizeof reader->text - 1 - reader->text_size, kept = size < room ? size : room;
                memcpy(reader->text + reader->text_size, data, kept);
                reader->text_size += kept;
        }
}

static void element_end(void *context, struct pes_stream *stream, const char *name)
{
        struct pes_reader *reader = context;
        size_t depth = pes_stream_depth(stream);
        if (reader->attachment != NULL && is(name, "Fichier"))
                content_end(reader);
        else if (reader->text_wanted && reader->signature != NULL)
                signature_text_end(reader, name);
        else if (reader->signature != NULL && depth == reader->signature_depth)
                reader->signature = NULL;
        else if (reader->file != NULL && is(name, "PJ"))
                attachment_end(reader);
        else if (reader->bordereau != NULL && depth == reader->bordereau_depth)
                reader->bordereau = NULL;
}

/* ---- the reader ---- */

struct pes_reader *pes_reader_new(const struct pes_files *files)
{
        struct pes_reader *reader = calloc(1, sizeof *reader);
        if (reader == NULL)
                abort();
        reader->files = files;
        reader->facts = json_object();
        reader->bordereaux = member_list(reader->facts, "bordereaux");
        reader->attachments = member_list(reader->facts, "attachments");
        reader->pieces = member_list(reader->facts, "files");
        reader->signatures = member_list(reader->facts, "signatures");
        reader->notes = member_list(reader->facts, "notes");
        const struct pes_handler handler = {.context = reader, .start = element_start, .text = text_pass, .end = element_end};
        reader->stream = pes_stream_new(&handler);
        return reader;
}

/* A file with so many faults that the list is full is read no further. */
bool pes_reader_write(struct pes_reader *reader, const uint8_t *data, size_t size)
{
        return pes_stream_write(reader->stream, data, size) && reader->why.count < REFUSALS_MAX;
}

bool pes_reader_finish(struct pes_reader *reader, json_t **facts, struct refusals *why)
{
        struct signing_refusal broken;
        bool read = pes_stream_finish(reader->stream, &broken);
        *why = reader->why;
        if (!read)
                refusals_add(why, broken.code, broken.clause, "%s", broken.sentence);
        else
                pes_check_facts(reader->facts,
                                &(struct pes_look){.encoding = pes_stream_encoding(reader->stream),
                                                   .has_c1 = pes_stream_has_c1(reader->stream),
                                                   .markets = reader->markets},
                                why);
        if (reader->attachment != NULL)
                (void)pes_attachment_close(reader->attachment);
        pes_ids_free(&reader->ids);
        pes_ids_free(&reader->names);
        pes_stream_free(reader->stream);
        *facts = reader->facts;
        free(reader);
        return why->count == 0;
}
