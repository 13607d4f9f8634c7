package io.github.embeddinglab.examples.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.parser.Parser;

/** Reads the paragraphs of an HTML description as plain text. */
final class JavadocText {
    private static final Set<String> BLOCKS = Set.of(
            "p", "div", "ul", "ol", "li", "dl", "dt", "dd", "pre", "table", "caption", "tr", "blockquote", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "section");
    private static final Set<String> SPACED = Set.of("br", "td", "th");
    private static final Set<String> DROPPED = Set.of("script", "style", "noscript", "button", "svg", "img");
    private static final Set<String> ORDINAL_SUFFIXES = Set.of("th", "st", "nd", "rd");

    private final List<String> paragraphs = new ArrayList<>();
    private final StringBuilder line = new StringBuilder();

    /** What authors write inside of a code tag, where the doclet escapes it once more. */
    private static final Pattern ENTITY = Pattern.compile("&(?:quot|amp|lt|gt|apos|nbsp|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});");

    private final boolean aboutEscapes;

    private boolean listing;

    private JavadocText(boolean aboutEscapes) {
        this.aboutEscapes = aboutEscapes;
    }

    /**
     * The paragraphs, list items, table rows and lines of code under {@code block}, in order, each on one line. Entities that were
     * escaped twice are read as what they stand for, but not where the text is about escapes and means them.
     */
    static List<String> paragraphs(Element block, boolean aboutEscapes) {
        JavadocText reader = new JavadocText(aboutEscapes);
        reader.read(block);
        reader.endParagraph();
        return reader.paragraphs;
    }

    private void read(Node node) {
        if (node instanceof TextNode text && listing) {
            // a line of code is a unit: it is neither joined to the next nor cut where it need not be
            for (String part : plain(text).split("(?<=\\n)", -1)) {
                line.append(part);
                if (part.endsWith("\n")) {
                    endParagraph();
                }
            }
        } else if (node instanceof TextNode text) {
            line.append(plain(text));
        } else if (node instanceof Element element && !DROPPED.contains(element.normalName())) {
            readElement(element);
        }
    }

    private String plain(TextNode text) {
        String once = text.getWholeText();
        return aboutEscapes || once.indexOf('&') < 0
                ? once
                : ENTITY.matcher(once).replaceAll(entity -> Matcher.quoteReplacement(Parser.unescapeEntities(entity.group(), true)));
    }

    private void readElement(Element element) {
        String tag = element.normalName();
        boolean block = BLOCKS.contains(tag);
        boolean outer = listing;
        listing |= tag.equals("pre");
        if (block) {
            endParagraph();
        } else if (SPACED.contains(tag)) {
            line.append(' ');
        } else if (tag.equals("sup") && !ORDINAL_SUFFIXES.contains(element.text().toLowerCase(Locale.ROOT))) {
            line.append('^'); // 10^-10 means what 10-10 does not
        } else if (tag.equals("sub")) {
            line.append('_');
        }
        for (Node child : element.childNodes()) {
            read(child);
        }
        listing = outer;
        if (block) {
            endParagraph();
        }
    }

    private void endParagraph() {
        String clean = oneLine(line);
        line.setLength(0);
        if (!clean.isEmpty()) {
            paragraphs.add(clean);
        }
    }

    /** Collapses blanks, line ends and invisible characters; decoded entities stay as they are. */
    static String oneLine(CharSequence raw) {
        StringBuilder out = new StringBuilder(raw.length());
        boolean gap = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\u200B' || c == '\uFEFF' || c == '\u00AD') {
                continue; // break hints inside identifiers
            }
            if (Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c) || c == '\uFFFD') {
                gap = true;
            } else {
                if (gap && !out.isEmpty()) {
                    out.append(' ');
                }
                gap = false;
                out.append(c);
            }
        }
        return out.toString();
    }
}
