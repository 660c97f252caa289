package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What every published module owes its users. */
final class PublishedModulesTest {

    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

    @Test
    void the_bom_has_every_published_module_and_nothing_else() throws Exception {
        List<String> published = new ArrayList<>();
        for (String module : Set.copyOf(texts(pom(ROOT).getDocumentElement(), "module"))) {
            Element pom = pom(ROOT.resolve(module)).getDocumentElement();
            boolean isJar = texts(pom, "packaging").stream().noneMatch("pom"::equals);
            if (isJar && texts(pom, "maven.deploy.skip").isEmpty()) {
                published.add(child(pom, "artifactId"));
            }
        }

        Element bom = pom(ROOT.resolve("extras/bom")).getDocumentElement();
        assertThat(texts(
                        (Element)
                                bom.getElementsByTagName("dependencyManagement").item(0),
                        "artifactId"))
                .containsExactlyInAnyOrderElementsOf(published);
        assertThat(texts(bom, "parent")).isEmpty();
        assertThat(child(bom, "version")).isEqualTo(child(pom(ROOT).getDocumentElement(), "version"));
    }

    @Test
    void a_jar_holds_the_licence() throws Exception {
        Path classes = Path.of(
                Quote.class.getProtectionDomain().getCodeSource().getLocation().toURI());

        assertThat(classes.resolve("META-INF/LICENSE")).hasSameTextualContentAs(ROOT.resolve("LICENSE"));
    }

    private static Document pom(Path module) throws IOException, SAXException, ParserConfigurationException {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Files.newInputStream(module.resolve("pom.xml")));
    }

    private static String child(Element element, String name) {
        for (int i = 0; i < element.getChildNodes().getLength(); i++) {
            if (element.getChildNodes().item(i).getNodeName().equals(name)) {
                return element.getChildNodes().item(i).getTextContent();
            }
        }
        throw new AssertionError("no " + name);
    }

    private static List<String> texts(Element element, String name) {
        NodeList found = element.getElementsByTagName(name);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent());
        }
        return texts;
    }
}
