package io.github.embeddinglab.examples.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class JavadocPageTest {
    private static final String OLD = """
            <div class="nav">Skip navigation links</div>
            <!-- ======== START OF CLASS DATA ======== -->
            <div class="header"><h2 title="Class Tank.Valve" class="title">Class Tank.Valve</h2></div>
            <div class="description"><ul class="blockList"><li class="blockList"><dl><dt>Direct Known Subclasses:</dt><dd>Tap</dd></dl>
            <div class="block">Lets <code>water&nbsp;flow</code> &amp; stop.<ul><li>opens x<sup>2</sup></li><li>closes it</li></ul></div></li></ul></div>
            <div class="summary"><table><tr><td><div class="block">Opens the valve now, summary.</div></td></tr></table></div>
            <div class="details"><ul class="blockList"><li class="blockList">
            <ul class="blockList"><li class="blockList"><a name="method.detail"><!-- --></a><h3>Method Detail</h3>
            <a name="open-int-"><!--   --></a><ul class="blockList"><li class="blockList"><h4>open</h4><pre>void open(int turns)</pre>
            <div class="block"><span class="deprecatedLabel">Deprecated.</span>&nbsp;<i>use the other one instead</i></div>
            <div class="block">Opens the valve by that many turns.</div>
            <dl><dt>Parameters:</dt><dd>turns - how many</dd></dl></li></ul>
            <a name="shut--"><!--   --></a><ul class="blockListLast"><li class="blockList"><h4>shut</h4><pre>void shut()</pre>
            <div class="block"><strong>Description copied from class:&nbsp;<code>Gate</code></strong></div>
            <div class="block">Shuts the gate at once.</div></li></ul>
            </li></ul></li></ul></div>
            """;
    private static final String NEW = """
            <nav>Skip navigation links</nav>
            <main><!-- ======== START OF CLASS DATA ======== -->
            <section class="class-description" id="class-description"><div class="type-signature">public class Valve</div>
            <div class="block">Lets water flow and stop.</div></section>
            <section class="summary"><div class="block">Opens the valve now, summary.</div></section>
            <section class="details"><ul><li><section class="constructor-details"><ul><li><section class="detail" id="&lt;init&gt;(int)"><h3>Valve</h3>
            <div class="horizontal-scroll"><div class="block">Builds a valve of that width:<pre>a = 1;
            b = 2;</pre></div></div></section></li></ul></section></li>
            <li><section class="field-details"><ul><li><section class="detail" id="W"><h3>W</h3><div class="block">The width of a valve.</div></section></li></ul></section></li>
            <li><section class="method-details"><ul><li><section class="detail" id="open(int)"><h3>open</h3>
            <div class="deprecation-block"><span class="deprecated-label">Deprecated.</span></div>
            <div class="block">Opens the valve by 1 &lt; n turns.</div></section></li></ul></section></li></ul></section></main>
            """;

    @Test
    void readsTheLayoutWithListsAndAnchors() {
        List<JavadocPage.Description> found = page("org/acme/Tank.Valve.html").descriptions(OLD);
        assertThat(found).containsExactly(
                new JavadocPage.Description("Tank.Valve", "org.acme.Tank.Valve", "org/acme/Tank.Valve.html", List.of("Lets water flow & stop.", "opens x^2", "closes it")),
                new JavadocPage.Description("Tank.Valve.open", "org.acme.Tank.Valve#open-int-", "org/acme/Tank.Valve.html#open-int-", List.of("Opens the valve by that many turns.")));
    }

    @Test
    void readsTheLayoutWithSections() {
        List<JavadocPage.Description> found = page("org/acme/Valve.html").descriptions(NEW);
        assertThat(found).containsExactly(
                new JavadocPage.Description("Valve", "org.acme.Valve", "org/acme/Valve.html", List.of("Lets water flow and stop.")),
                new JavadocPage.Description("Valve.Valve", "org.acme.Valve#Valve(int)", "org/acme/Valve.html#<init>(int)", List.of("Builds a valve of that width:", "a = 1;", "b = 2;")),
                new JavadocPage.Description("Valve.open", "org.acme.Valve#open(int)", "org/acme/Valve.html#open(int)", List.of("Opens the valve by 1 < n turns.")));
    }

    @Test
    void entitiesThatWereEscapedTwiceAreReadAsWhatTheyStandFor() {
        String page = """
                <section class="class-description"><div class="block">Splits <code>&amp;quot;a&amp;quot;</code> if 0 &lt; n &amp;amp;&amp;amp; n &amp;#8805; 1,
                and keeps R&amp;D and &amp;zzzz; as <code>&amp;#x2e;</code> they are.</div></section>
                """;
        assertThat(page("org/acme/Valve.html").descriptions(page)).extracting(JavadocPage.Description::paragraphs)
                .containsExactly(List.of("Splits \"a\" if 0 < n && n ≥ 1, and keeps R&D and &zzzz; as . they are."));
        // where escapes are the subject, they are meant
        assertThat(page("org/acme/ValveEscape.html").descriptions(page)).extracting(JavadocPage.Description::paragraphs)
                .containsExactly(List.of("Splits &quot;a&quot; if 0 < n &amp;&amp; n &#8805; 1, and keeps R&D and &zzzz; as &#x2e; they are."));
    }

    @Test
    void pagesThatDescribeNothingAreLeftOut() {
        for (String path : List.of("index.html", "org/acme/package-tree.html", "org/acme/class-use/Valve.html", "src-html/org/acme/Valve.html", "org/acme/doc-files/notes.html", "org/acme/logo.png")) {
            assertThat(JavadocPage.at(path)).as(path).isNull();
        }
    }

    private static JavadocPage page(String path) {
        return Objects.requireNonNull(JavadocPage.at(path), path);
    }
}
