package io.github.embeddinglab.examples.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * The descriptions on one page that the standard doclet wrote: of a package, or of a class and its members.
 *
 * <p>Two layouts exist. Up to JDK 15 a member is a list item with an {@code h4} under {@code div.details}, its anchor before it;
 * since then it is a {@code section.detail} whose id is the anchor. In both the description is a {@code div.block}. Descriptions
 * that the doclet copied from another class, notices of deprecation, tag lists (parameters, see also, specified by) and
 * summary tables are left out.
 */
final class JavadocPage {
    private static final int FEWEST_WORDS = 4;

    private final String page;
    private final String name;
    private final boolean ofPackage;

    private JavadocPage(String page, String name, boolean ofPackage) {
        this.page = page;
        this.name = name;
        this.ofPackage = ofPackage;
    }

    /**
     * What one description says.
     *
     * @param title class and member, or package
     * @param key qualified name and member signature
     * @param location page and anchor
     * @param paragraphs plain text
     */
    record Description(String title, String key, String location, List<String> paragraphs) {}

    /** The page at {@code path} inside a Javadoc jar, or null where that is no page of a package or class. */
    static @Nullable JavadocPage at(String path) {
        int slash = path.lastIndexOf('/');
        if (slash < 0 || !path.endsWith(".html") || path.contains("/class-use/") || path.contains("/doc-files/") || path.contains("src-html/")) {
            return null;
        }
        String folder = path.substring(0, slash).replace('/', '.');
        String file = path.substring(slash + 1, path.length() - ".html".length());
        if (file.equals("package-summary")) {
            return new JavadocPage(path, folder, true);
        }
        // package-frame, package-tree, package-use and the like; a class name has no dash
        return file.isEmpty() || file.indexOf('-') >= 0 ? null : new JavadocPage(path, folder + "." + file, false);
    }

    List<Description> descriptions(String html) {
        Document document = Jsoup.parse(withoutSummaries(html));
        List<Description> found = new ArrayList<>();
        if (ofPackage) {
            addPackage(document, found);
        } else {
            addClass(document, found);
            addMembers(document, found);
        }
        return found;
    }

    /** Cuts navigation and summary tables out before parsing: they are most of a page. */
    private static String withoutSummaries(String html) {
        int body = html.indexOf("<!-- ======== START OF CLASS DATA");
        String rest = body < 0 ? html : html.substring(body);
        for (String tag : List.of("div", "section")) {
            int summary = rest.indexOf("<" + tag + " class=\"summary\">");
            int details = rest.indexOf("<" + tag + " class=\"details\">", Math.max(0, summary));
            if (summary >= 0) {
                return rest.substring(0, summary) + (details < 0 ? "" : rest.substring(details));
            }
        }
        return rest;
    }

    private void addPackage(Document document, List<Description> found) {
        List<Element> blocks = blocksOf(document.selectFirst("section.package-description"));
        if (blocks.isEmpty()) {
            Element anchor = document.selectFirst("a[name=package_description], a[name=package.description], a[id=package.description]");
            Element parent = anchor == null ? null : anchor.parent();
            blocks = blocksOf(parent);
        }
        add(name, name, "", blocks, found);
    }

    private void addClass(Document document, List<Description> found) {
        List<Element> blocks = blocksOf(document.selectFirst("section.class-description"));
        if (blocks.isEmpty()) {
            blocks = blocksOf(document.selectFirst("div.description > ul.blockList > li.blockList, section.description"));
        }
        add(className(), name, "", blocks, found);
    }

    private void addMembers(Document document, List<Description> found) {
        for (Element section : document.select("section.detail")) {
            Element heading = section.selectFirst("h3, h4");
            Element kind = section.closest("section.method-details, section.constructor-details, section.constructor-detail, section.method-detail");
            if (heading != null && kind != null) {
                addMember(heading.text(), section.id(), blocksOf(section), found);
            }
        }
        for (Element heading : document.select("div.details li > h4")) {
            Element item = heading.parent();
            Element group = item == null ? null : item.parent();
            Element kind = group == null || group.parent() == null ? null : group.parent().selectFirst("> h3");
            if (item == null || group == null || kind == null || !(kind.text().startsWith("Method") || kind.text().startsWith("Constructor"))) {
                continue;
            }
            Element anchor = group.previousElementSibling();
            String id = anchor == null || !anchor.normalName().equals("a") ? heading.text() : anchor.hasAttr("name") ? anchor.attr("name") : anchor.id();
            addMember(heading.text(), id, blocksOf(item), found);
        }
    }

    private void addMember(String member, String anchor, List<Element> blocks, List<Description> found) {
        boolean ofEnum = (member.equals("values") && anchor.equals("values()")) || (member.equals("valueOf") && anchor.startsWith("valueOf(java.lang.String)"));
        if (!ofEnum) {
            add(className() + "." + member, name + "#" + anchor.replace("<init>", member), "#" + anchor, blocks, found);
        }
    }

    private void add(String title, String key, String anchor, List<Element> blocks, List<Description> found) {
        List<String> paragraphs = new ArrayList<>();
        int words = 0;
        for (Element block : blocks) {
            for (String paragraph : JavadocText.paragraphs(block, className().contains("Escape"))) {
                paragraphs.add(paragraph);
                words += paragraph.split(" ", -1).length;
            }
        }
        if (words >= FEWEST_WORDS) {
            found.add(new Description(title, key, page + anchor, List.copyOf(paragraphs)));
        }
    }

    /** The description blocks right under {@code owner}; none where the first of them says that the text is another class's. */
    private static List<Element> blocksOf(@Nullable Element owner) {
        if (owner == null) {
            return List.of();
        }
        List<Element> blocks = new ArrayList<>();
        for (Element block : owner.select("> div.block, > div.horizontal-scroll > div.block")) {
            String start = block.text().toLowerCase(Locale.ROOT);
            if (start.startsWith("description copied from")) {
                return List.of();
            }
            if (!start.startsWith("deprecated")) {
                blocks.add(block);
            }
        }
        return blocks;
    }

    /** Simple name, an inner class after its outer one. */
    private String className() {
        int at = 0;
        for (int dot = name.indexOf('.'); dot >= 0 && Character.isLowerCase(name.charAt(at)); dot = name.indexOf('.', at)) {
            at = dot + 1;
        }
        return name.substring(at);
    }
}
