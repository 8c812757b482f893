/*
 * wrap_xml.c - xenc:EncryptedKey. For an RSA key:
 *
 *   <xenc:EncryptedKey>
 *     <xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep">
 *       <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
 *       <xenc11:MGF Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/>
 *     </xenc:EncryptionMethod>
 *     <ds:KeyInfo><ds:X509Data>
 *       <dsig11:X509Digest Algorithm="http://www.w3.org/2001/04/xmlenc#sha256">…</dsig11:X509Digest>
 *     </ds:X509Data></ds:KeyInfo>
 *     <xenc:CipherData><xenc:CipherValue>…</xenc:CipherValue></xenc:CipherData>
 *   </xenc:EncryptedKey>
 *
 * For an elliptic-curve key the method is …xmlenc#kw-aes256 (no children) and ds:KeyInfo holds
 *
 *   <xenc:AgreementMethod Algorithm="http://www.w3.org/2009/xmlenc11#ECDH-ES">
 *     <xenc11:KeyDerivationMethod Algorithm="http://www.w3.org/2009/xmlenc11#ConcatKDF">
 *       <xenc11:ConcatKDFParams AlgorithmID="00…" PartyUInfo="00" PartyVInfo="00…"><ds:DigestMethod
 * …sha256/></xenc11:ConcatKDFParams>
 *     </xenc11:KeyDerivationMethod>
 *     <xenc:OriginatorKeyInfo><ds:KeyValue><dsig11:ECKeyValue>
 *       <dsig11:NamedCurve URI="urn:oid:…"/><dsig11:PublicKey>…</dsig11:PublicKey>
 *     </dsig11:ECKeyValue></ds:KeyValue></xenc:OriginatorKeyInfo>
 *     <xenc:RecipientKeyInfo><ds:X509Data>…</ds:X509Data></xenc:RecipientKeyInfo>
 *   </xenc:AgreementMethod>
 *
 * ConcatKDF's bit strings are hexadecimal with one leading byte, the number of padding bits, here always 00
 * (XML Encryption 1.1 5.4.1).
 */
#include "signing/wrap_xml.h"

#include <string.h>

#include "signing/refusal.h"
#include "signing/sequence.h"
#include "signing/xml.h"

static const char DS[] = "http://www.w3.org/2000/09/xmldsig#";
static const char DSIG11[] = "http://www.w3.org/2009/xmldsig11#";
static const char XENC[] = "http://www.w3.org/2001/04/xmlenc#";
static const char XENC11[] = "http://www.w3.org/2009/xmlenc11#";
static const char SHA256[] = "http://www.w3.org/2001/04/xmlenc#sha256";
static const char RSA_OAEP[] = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
static const char MGF1_SHA256[] = "http://www.w3.org/2009/xmlenc11#mgf1sha256";
static const char KW_AES256[] = "http://www.w3.org/2001/04/xmlenc#kw-aes256";
static const char ECDH_ES[] = "http://www.w3.org/2009/xmlenc11#ECDH-ES";
static const char CONCAT_KDF[] = "http://www.w3.org/2009/xmlenc11#ConcatKDF";

enum { DIGEST = 32, HEX_MAX = 2 * (WRAP_INFO_MAX + 1) + 1 };

void wrap_xml_namespaces(struct writer *writer)
{
        writer_attribute(writer, "xmlns:ds", DS);
        writer_attribute(writer, "xmlns:dsig11", DSIG11);
        writer_attribute(writer, "xmlns:xenc", XENC);
        writer_attribute(writer, "xmlns:xenc11", XENC11);
}

void wrap_xml_info(struct wrapped *out, const uint8_t certificate[DIGEST])
{
        out->info_size = sizeof KW_AES256 - 1 + DIGEST;
        memcpy(out->info, KW_AES256, sizeof KW_AES256 - 1);
        memcpy(out->info + sizeof KW_AES256 - 1, certificate, DIGEST);
}

static void bits_write(struct writer *writer, const char *name, const void *data, size_t size)
{
        static const char digits[] = "0123456789abcdef";
        const uint8_t *bytes = data;
        char hex[HEX_MAX] = "00";
        for (size_t i = 0; i < size; i++) {
                hex[2 + 2 * i] = digits[bytes[i] >> 4];
                hex[3 + 2 * i] = digits[bytes[i] & 15];
        }
        writer_attribute(writer, name, hex);
}

static void certificate_write(struct writer *writer, const uint8_t certificate[DIGEST])
{
        writer_start(writer, "ds:X509Data");
        writer_start(writer, "dsig11:X509Digest");
        writer_attribute(writer, "Algorithm", SHA256);
        writer_base64(writer, (struct signing_bytes){certificate, DIGEST});
        writer_end(writer);
        writer_end(writer);
}

static void derivation_write(struct writer *writer, const uint8_t certificate[DIGEST])
{
        writer_start(writer, "xenc11:KeyDerivationMethod");
        writer_attribute(writer, "Algorithm", CONCAT_KDF);
        writer_start(writer, "xenc11:ConcatKDFParams");
        bits_write(writer, "AlgorithmID", KW_AES256, sizeof KW_AES256 - 1);
        bits_write(writer, "PartyUInfo", NULL, 0);
        bits_write(writer, "PartyVInfo", certificate, DIGEST);
        writer_leaf_algorithm(writer, "ds:DigestMethod", SHA256);
        writer_end(writer);
        writer_end(writer);
}

static void originator_write(struct writer *writer, const struct wrapped *wrapped)
{
        writer_start(writer, "xenc:OriginatorKeyInfo");
        writer_start(writer, "ds:KeyValue");
        writer_start(writer, "dsig11:ECKeyValue");
        writer_start(writer, "dsig11:NamedCurve");
        writer_attribute(writer, "URI", wrap_curve_uri(wrapped->curve));
        writer_end(writer);
        writer_leaf_base64(writer, "dsig11:PublicKey", (struct signing_bytes){wrapped->point, wrapped->point_size});
        writer_end(writer);
        writer_end(writer);
        writer_end(writer);
}

static void agreement_write(struct writer *writer, const struct wrapped *wrapped, const uint8_t certificate[DIGEST])
{
        writer_start(writer, "xenc:AgreementMethod");
        writer_attribute(writer, "Algorithm", ECDH_ES);
        derivation_write(writer, certificate);
        originator_write(writer, wrapped);
        writer_start(writer, "xenc:RecipientKeyInfo");
        certificate_write(writer, certificate);
        writer_end(writer);
        writer_end(writer);
}

static void method_write(struct writer *writer, enum wrap_algorithm algorithm)
{
        writer_start(writer, "xenc:EncryptionMethod");
        if (algorithm == WRAP_RSA_OAEP) {
                writer_attribute(writer, "Algorithm", RSA_OAEP);
                writer_leaf_algorithm(writer, "ds:DigestMethod", SHA256);
                writer_leaf_algorithm(writer, "xenc11:MGF", MGF1_SHA256);
        } else {
                writer_attribute(writer, "Algorithm", KW_AES256);
        }
        writer_end(writer);
}

void wrap_xml_write(struct writer *writer, const struct wrapped *wrapped, const uint8_t certificate[DIGEST])
{
        writer_start(writer, "xenc:EncryptedKey");
        method_write(writer, wrapped->algorithm);
        writer_start(writer, "ds:KeyInfo");
        if (wrapped->algorithm == WRAP_RSA_OAEP)
                certificate_write(writer, certificate);
        else
                agreement_write(writer, wrapped, certificate);
        writer_end(writer);
        writer_start(writer, "xenc:CipherData");
        writer_leaf_base64(writer, "xenc:CipherValue", (struct signing_bytes){wrapped->data, wrapped->size});
        writer_end(writer);
        writer_end(writer);
}

static int hex_digit(char digit)
{
        if (digit >= '0' && digit <= '9')
                return digit - '0';
        if (digit >= 'a' && digit <= 'f')
                return digit - 'a' + 10;
        return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Appends one of ConcatKDF's bit strings; an absent attribute is an empty string. */
static bool bits_read(const xmlNode *parameters, const char *name, struct wrapped *out)
{
        const char *hex = xml_attribute(parameters, name);
        if (hex == NULL)
                return true;
        if (hex[0] != '0' || hex[1] != '0')
                return false;
        for (hex += 2; *hex != '\0'; hex += 2) {
                int high = hex_digit(hex[0]), low = high < 0 ? -1 : hex_digit(hex[1]);
                if (low < 0 || out->info_size == sizeof out->info)
                        return false;
                out->info[out->info_size++] = (uint8_t)(high << 4 | low);
        }
        return true;
}

static bool derivation_read(const xmlNode *method, struct wrapped *out)
{
        const char *uri = xml_attribute(method, "Algorithm");
        struct sequence inside = sequence_of(method);
        const xmlNode *parameters = sequence_take(&inside, XENC11, "ConcatKDFParams");
        struct sequence digest = sequence_of(parameters);
        return uri != NULL && strcmp(uri, CONCAT_KDF) == 0 && sequence_done(&inside) &&
               sequence_algorithm(&digest, DS, "DigestMethod", SHA256) && sequence_done(&digest) &&
               bits_read(parameters, "AlgorithmID", out) && bits_read(parameters, "PartyUInfo", out) &&
               bits_read(parameters, "PartyVInfo", out) && bits_read(parameters, "SuppPubInfo", out) &&
               bits_read(parameters, "SuppPrivInfo", out);
}

static bool originator_read(const xmlNode *info, struct wrapped *out)
{
        struct sequence outer = sequence_of(info);
        struct sequence middle = sequence_of(sequence_take(&outer, DS, "KeyValue"));
        struct sequence inner = sequence_of(sequence_take(&middle, DSIG11, "ECKeyValue"));
        const char *uri = xml_attribute(sequence_take(&inner, DSIG11, "NamedCurve"), "URI");
        out->curve = uri == NULL ? NULL : wrap_curve_by_uri(uri);
        return out->curve != NULL &&
               sequence_base64(&inner, DSIG11, "PublicKey", out->point, sizeof out->point, &out->point_size) &&
               sequence_done(&inner) && sequence_done(&middle) && sequence_done(&outer);
}

static bool agreement_read(const xmlNode *key_info, struct wrapped *out)
{
        struct sequence outer = sequence_of(key_info);
        const xmlNode *agreement = sequence_take(&outer, XENC, "AgreementMethod");
        const char *uri = xml_attribute(agreement, "Algorithm");
        struct sequence inner = sequence_of(agreement);
        return uri != NULL && strcmp(uri, ECDH_ES) == 0 &&
               derivation_read(sequence_take(&inner, XENC11, "KeyDerivationMethod"), out) &&
               originator_read(sequence_take(&inner, XENC, "OriginatorKeyInfo"), out) &&
               sequence_take(&inner, XENC, "RecipientKeyInfo") != NULL && sequence_done(&inner) && sequence_done(&outer);
}

static bool oaep_read(const xmlNode *method)
{
        struct sequence inside = sequence_of(method);
        return sequence_algorithm(&inside, DS, "DigestMethod", SHA256) && sequence_algorithm(&inside, XENC11, "MGF", MGF1_SHA256) &&
               sequence_done(&inside);
}

static bool method_read(const xmlNode *method, const xmlNode *key_info, struct wrapped *out)
{
        const char *uri = xml_attribute(method, "Algorithm");
        if (uri == NULL)
                return false;
        if (strcmp(uri, RSA_OAEP) == 0) {
                out->algorithm = WRAP_RSA_OAEP;
                return oaep_read(method);
        }
        out->algorithm = WRAP_ECDH_ES;
        return strcmp(uri, KW_AES256) == 0 && agreement_read(key_info, out);
}

bool wrap_xml_read(const xmlNode *encrypted_key, struct wrapped *out, struct signing_refusal *why)
{
        struct wrapped read = {0};
        struct sequence outer = sequence_of(encrypted_key);
        const xmlNode *method = sequence_take(&outer, XENC, "EncryptionMethod");
        const xmlNode *key_info = sequence_take(&outer, DS, "KeyInfo");
        struct sequence data = sequence_of(sequence_take(&outer, XENC, "CipherData"));
        if (!method_read(method, key_info, &read))
                return refuse(why, "MANIFEST_ALGORITHM", "XML Encryption 1.1 5.5, 5.6",
                              "a member's key is not wrapped by RSA-OAEP or ECDH-ES with the parameters of this format");
        if (!sequence_base64(&data, XENC, "CipherValue", read.data, sizeof read.data, &read.size) || !sequence_done(&data) ||
            !sequence_done(&outer))
                return refuse(why, "MANIFEST_MALFORMED", "XML Encryption 1.1 3.5",
                              "xenc:EncryptedKey has other children than this format's");
        *out = read;
        return true;
}
