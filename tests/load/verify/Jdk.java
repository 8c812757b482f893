/* Core validation alone of XMLDSig by the JDK (JSR 105), the key given: no certificate, no property is looked at.
 * usage: java Jdk.java SECONDS FOLDER NAME…   prints NAME and documents a second of processor time, one a line */
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class Jdk {
    static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");
    static final DocumentBuilderFactory PARSERS = DocumentBuilderFactory.newInstance();

    static boolean holds(byte[] signed, PublicKey key) throws Exception {
        Document document = PARSERS.newDocumentBuilder().parse(new ByteArrayInputStream(signed));
        NodeList properties = document.getElementsByTagNameNS("*", "SignedProperties");
        for (int n = 0; n < properties.getLength(); n++)
            ((Element) properties.item(n)).setIdAttribute("Id", true);
        var context = new DOMValidateContext(KeySelector.singletonKeySelector(key),
            document.getElementsByTagNameNS("http://www.w3.org/2000/09/xmldsig#", "Signature").item(0));
        return FACTORY.unmarshalXMLSignature(context).validate(context);
    }

    static double rate(byte[] signed, PublicKey key, double seconds) throws Exception {
        var clock = ManagementFactory.getThreadMXBean();
        long begin = clock.getCurrentThreadCpuTime(), count = 0, spent = 0;
        while (spent < seconds * 1e9) {
            if (!holds(signed, key))
                throw new IllegalStateException("not valid");
            count++;
            spent = clock.getCurrentThreadCpuTime() - begin;
        }
        return count / (spent / 1e9);
    }

    public static void main(String[] words) throws Exception {
        PARSERS.setNamespaceAware(true);
        double seconds = Double.parseDouble(words[0]);
        for (int n = 2; n < words.length; n++) {
            byte[] signed = Files.readAllBytes(Path.of(words[1], words[n] + ".signed"));
            byte[] certificate = Files.readAllBytes(Path.of(words[1], words[n] + ".signer"));
            PublicKey key = CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate)).getPublicKey();
            rate(signed, key, 3 * seconds); // until it is compiled
            double best = 0;
            for (int round = 0; round < 3; round++)
                best = Math.max(best, rate(signed, key, seconds));
            System.out.println(words[n] + " " + best);
        }
    }
}
