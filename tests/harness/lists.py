"""Trusted lists (ETSI TS 119 612) as short as they may be, signed by `pli sign`; and a web server that serves a folder as told."""
import base64
import datetime
import http.server
import os
import ssl
import subprocess
import tempfile
import threading

SPACE = "http://uri.etsi.org/02231/v2#"
TYPES = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/"


def day(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def der_text(path):
    with open(path) as file:
        return base64.b64encode(ssl.PEM_cert_to_DER_cert(file.read())).decode()


def identity(certificate):
    return ("<ServiceDigitalIdentity><DigitalId><X509Certificate>" + der_text(certificate) +
            "</X509Certificate></DigitalId></ServiceDigitalIdentity>")


def pointer(territory, location, signer, of_lists=False):
    kind = "EUlistofthelists" if of_lists else "EUgeneric"
    return (f"<OtherTSLPointer><ServiceDigitalIdentities>{identity(signer)}</ServiceDigitalIdentities><TSLLocation>{location}</TSLLocation>"
            f"<AdditionalInformation><OtherInformation><TSLType>{TYPES}{kind}</TSLType></OtherInformation><OtherInformation>"
            f"<SchemeTerritory>{territory}</SchemeTerritory></OtherInformation></AdditionalInformation></OtherTSLPointer>")


def service(certificate, kind="CA/QC", status="granted", since=-30):
    """An authority for qualified signatures, by default granted since a month."""
    scope = ("<ServiceInformationExtensions><Extension Critical=\"true\"><AdditionalServiceInformation><URI xml:lang=\"en\">"
             "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures</URI></AdditionalServiceInformation></Extension>"
             "</ServiceInformationExtensions>")
    return (f"<TSPService><ServiceInformation><ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/{kind}</ServiceTypeIdentifier>"
            f"<ServiceName><Name xml:lang=\"fr\">Service Exemple</Name></ServiceName>{identity(certificate)}"
            f"<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{status}</ServiceStatus>"
            f"<StatusStartingTime>{day(since)}</StatusStartingTime>{scope}</ServiceInformation></TSPService>")


def text(territory, sequence, pointers=(), services=(), of_lists=False, due=30):
    kind = "EUlistofthelists" if of_lists else "EUgeneric"
    provided = (f"<TrustServiceProviderList><TrustServiceProvider><TSPServices>{''.join(services)}</TSPServices></TrustServiceProvider>"
                "</TrustServiceProviderList>" if services else "")
    return (f"<TrustServiceStatusList xmlns=\"{SPACE}\" TSLTag=\"http://uri.etsi.org/19612/TSLTag\"><SchemeInformation>"
            f"<TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>{sequence}</TSLSequenceNumber><TSLType>{TYPES}{kind}</TSLType>"
            f"<SchemeTerritory>{territory}</SchemeTerritory><ListIssueDateTime>{day(-40)}</ListIssueDateTime><NextUpdate>"
            f"<dateTime>{day(due)}</dateTime></NextUpdate><PointersToOtherTSL>{''.join(pointers)}</PointersToOtherTSL></SchemeInformation>"
            f"{provided}</TrustServiceStatusList>")


def write(program, pki, signer, path, content):
    """Signs the text with a key of the development PKI; the file is whole or not there."""
    with tempfile.TemporaryDirectory() as folder:
        plain, signed = os.path.join(folder, "list.xml"), os.path.join(folder, "signed.xml")
        with open(plain, "w") as file:
            file.write(content)
        subprocess.run([program, "sign", "--form", "enveloped", "--key", pki.path(signer + ".key"), "--certificate", pki.path(signer + ".pem"),
                        "--output", signed, plain], check=True, stdout=subprocess.DEVNULL)
        with open(signed, "rb") as file, open(path + ".new", "wb") as out:
            out.write(file.read())
        os.replace(path + ".new", path)


class Server:
    """Serves a folder on loopback, over TLS where a certificate is given. `faults`: what a name answers instead, a status or "cut"."""

    def __init__(self, folder, certificate=None, key=None):
        self.folder, self.faults, self.asked = folder, {}, []
        outer = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def __init__(self, *arguments, **more):
                super().__init__(*arguments, directory=outer.folder, **more)

            def send_response(self, code, message=None):
                outer.asked.append((os.path.basename(self.path), code))
                super().send_response(code, message)

            def do_GET(self):
                fault = outer.faults.get(os.path.basename(self.path))
                if fault == "cut":
                    self.send_response(200)
                    self.send_header("Content-Length", "100000")
                    self.end_headers()
                    self.wfile.write(b"<TrustServiceStatusList")
                    self.close_connection = True
                elif fault is not None:
                    self.send_error(fault)
                else:
                    super().do_GET()

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name):
        return f"{self.scheme}://localhost:{self.server.server_address[1]}/{name}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
