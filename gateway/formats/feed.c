/* feed.c - see feed.h. */
#include "gateway/formats/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/core/owner.h"
#include "signing/writer.h"

typedef struct writer xml_writer;
DEFINE_OWNER(xml_writer, writer_free)

static const char *member(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));
        return text != NULL ? text : "";
}

static void link_write(char *out, size_t room, const char *url, const json_t *consultation)
{
        snprintf(out, room, "%s/ui/consultation.html?id=%s", url, member(consultation, "id"));
}

/* RFC 822 as RSS wants it, from RFC 3339 in UTC; the day of the week is optional there. */
static void rss_date(char out[40], const char *instant)
{
        static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        unsigned month = strlen(instant) >= 19 ? (unsigned)strtoul(instant + 5, NULL, 10) : 0;
        if (month >= 1 && month <= 12)
                snprintf(out, 40, "%.2s %s %.4s %.8s +0000", instant + 8, months[month - 1], instant, instant + 11);
        else
                out[0] = '\0';
}

static void summary_write(char *out, size_t room, const json_t *consultation)
{
        snprintf(out, room, "%s – %s. Date limite : %s.", member(json_object_get(consultation, "body"), "name"),
                 member(consultation, "object"), member(consultation, "deadline"));
}

static bool finish(struct writer *writer, const struct signing_sink *out)
{
        struct signing_bytes bytes = {0};
        struct signing_refusal why = {0};
        return writer_finish(writer, &bytes, &why) && out->write(out->context, bytes.data, bytes.size);
}

bool feed_rss(const json_t *list, const char *url, const struct signing_sink *out)
{
        OWN(xml_writer) writer = writer_new();
        size_t at;
        json_t *row;
        writer_start(writer, "rss");
        writer_attribute(writer, "version", "2.0");
        writer_start(writer, "channel");
        writer_leaf(writer, "title", "Consultations");
        writer_leaf(writer, "link", url);
        writer_leaf(writer, "description", "Consultations publiées");
        writer_leaf(writer, "language", "fr");
        json_array_foreach(list, at, row)
        {
                char link[1024], date[40], summary[4096];
                link_write(link, sizeof link, url, row);
                rss_date(date, member(row, "updated"));
                summary_write(summary, sizeof summary, row);
                writer_start(writer, "item");
                writer_leaf(writer, "title", member(row, "title"));
                writer_leaf(writer, "link", link);
                writer_leaf(writer, "description", summary);
                writer_leaf(writer, "pubDate", date);
                writer_start(writer, "guid");
                writer_attribute(writer, "isPermaLink", "false");
                writer_text(writer, member(row, "id"));
                writer_end(writer);
                writer_end(writer);
        }
        writer_end(writer);
        writer_end(writer);
        return finish(writer, out);
}

static void atom_entry(struct writer *writer, const char *url, const json_t *row)
{
        char link[1024], id[64], summary[4096];
        link_write(link, sizeof link, url, row);
        summary_write(summary, sizeof summary, row);
        snprintf(id, sizeof id, "urn:uuid:%s", member(row, "id"));
        writer_start(writer, "entry");
        writer_leaf(writer, "id", id);
        writer_leaf(writer, "title", member(row, "title"));
        writer_leaf(writer, "published", member(row, "published"));
        writer_leaf(writer, "updated", member(row, "updated"));
        writer_start(writer, "link");
        writer_attribute(writer, "href", link);
        writer_end(writer);
        writer_start(writer, "author");
        writer_leaf(writer, "name", member(json_object_get(row, "body"), "name"));
        writer_end(writer);
        writer_leaf(writer, "summary", summary);
        writer_end(writer);
}

bool feed_atom(const json_t *list, const char *url, const struct signing_sink *out)
{
        OWN(xml_writer) writer = writer_new();
        const char *newest = "1970-01-01T00:00:00Z";
        size_t at;
        json_t *row;
        json_array_foreach(list, at, row) if (strcmp(member(row, "updated"), newest) > 0) newest = member(row, "updated");
        writer_start(writer, "feed");
        writer_attribute(writer, "xmlns", "http://www.w3.org/2005/Atom");
        writer_leaf(writer, "id", url);
        writer_leaf(writer, "title", "Consultations");
        writer_leaf(writer, "updated", newest);
        json_array_foreach(list, at, row) atom_entry(writer, url, row);
        writer_end(writer);
        return finish(writer, out);
}

json_t *feed_json(const json_t *list, const char *url)
{
        json_t *items = json_array(), *row;
        size_t at;
        json_array_foreach(list, at, row)
        {
                char link[1024], summary[4096];
                link_write(link, sizeof link, url, row);
                summary_write(summary, sizeof summary, row);
                json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", member(row, "id"), "url", link,
                                                       "title", member(row, "title"), "content_text", summary, "date_published",
                                                       member(row, "published"), "date_modified", member(row, "updated")));
        }
        return json_pack("{s:s, s:s, s:s, s:s, s:o}", "version", "https://jsonfeed.org/version/1.1", "title", "Consultations",
                         "home_page_url", url, "language", "fr", "items", items);
}

/* ---- the catalogue: annexe 7 art. 4 wants its address declared on data.gouv.fr ---- */

static json_t *distribution(const char *url, const char *siret, const char *format, const char *media_type)
{
        char address[1024];
        snprintf(address, sizeof address, "%s/api/v1/open/decp.%s?body=%s", url, format, siret);
        return json_pack("{s:s, s:s, s:s, s:s}", "@type", "dcat:Distribution", "dcat:downloadURL", address, "dcat:mediaType",
                         media_type, "dct:conformsTo", "https://schema.data.gouv.fr/139bercy/format-commande-publique/");
}

static json_t *dataset(const json_t *body, const char *url)
{
        char id[1024], title[400];
        const char *siret = member(body, "siret");
        snprintf(id, sizeof id, "%s/api/v1/open/decp.json?body=%s", url, siret);
        snprintf(title, sizeof title, "Données essentielles de la commande publique – %s", member(body, "name"));
        json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}, s:[o, o]}", "@id", id, "@type", "dcat:Dataset",
                                "dct:title", title, "dct:license", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
                                "dct:accrualPeriodicity", "http://publications.europa.eu/resource/authority/frequency/CONT",
                                "dct:publisher", "@type", "foaf:Organization", "foaf:name", member(body, "name"), "dct:identifier",
                                siret, "dcat:distribution", distribution(url, siret, "json", "application/json"),
                                distribution(url, siret, "xml", "application/xml"));
        if (*member(body, "modified") != '\0')
                json_object_set_new(out, "dct:modified", json_string(member(body, "modified")));
        return out;
}

json_t *feed_catalogue(const json_t *bodies, const char *url)
{
        json_t *datasets = json_array(), *row;
        size_t at;
        json_array_foreach(bodies, at, row) json_array_append_new(datasets, dataset(row, url));
        return json_pack("{s:{s:s, s:s, s:s}, s:s, s:s, s:s, s:s, s:o}", "@context", "dcat", "http://www.w3.org/ns/dcat#", "dct",
                         "http://purl.org/dc/terms/", "foaf", "http://xmlns.com/foaf/0.1/", "@id", url, "@type", "dcat:Catalog",
                         "dct:title", "Profil d'acheteur", "foaf:homepage", url, "dcat:dataset", datasets);
}
