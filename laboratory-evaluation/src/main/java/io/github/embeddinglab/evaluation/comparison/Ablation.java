package io.github.embeddinglab.evaluation.comparison;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.statistics.Holm;
import io.github.embeddinglab.evaluation.statistics.PairedTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What each change of a specification does: the base is measured, then the base with one change at a time, and each is
 * tested against the base on the same units (paired, Holm's correction over the changes). A specification is anything that
 * a function can measure: how to embed, how to compress, how to train. Immutable.
 *
 * <pre>{@code
 * Ablation<Setting> ablation = Ablation.of(Setting.model("minilm"))
 *         .change("192 dimensions", base -> base.dimensions(192))
 *         .change("long texts split", base -> base.overflow(Overflow.SPLIT));
 * System.out.println(ablation.run("ndcg@10", setting -> setting.measure(lab, evaluator, options)).toMarkdown());
 * }</pre>
 *
 * @param <S> the specification
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Ablation<S> {
    private final S base;
    private final Map<String, UnaryOperator<S>> changes;

    private Ablation(S base, Map<String, UnaryOperator<S>> changes) {
        this.base = base;
        this.changes = changes;
    }

    /**
     * Without changes.
     *
     * @param <S> the specification
     * @param base what the changes start from
     * @return the ablation
     */
    public static <S> Ablation<S> of(S base) {
        return new Ablation<>(base, Map.of());
    }

    /**
     * With one more change of the base.
     *
     * @param name what is changed, a few words
     * @param change from the base to the changed specification
     * @return a copy
     * @throws InvalidInputException when the name is taken
     */
    public Ablation<S> change(String name, UnaryOperator<S> change) {
        Map<String, UnaryOperator<S>> more = new LinkedHashMap<>(changes);
        if (more.put(name, change) != null) {
            throw new InvalidInputException("two changes are called \"" + name + "\"; rename one");
        }
        return new Ablation<>(base, more);
    }

    /**
     * Measures the base and each change.
     *
     * @param score the one that counts, as in {@code ndcg@10}
     * @param measure judges a specification, all on the same data; long work may report by itself
     * @return the table
     * @throws InvalidInputException when there is no change, the score does not exist, or data differ
     */
    public Table run(String score, Function<S, Scores> measure) {
        if (changes.isEmpty()) {
            throw new InvalidInputException("an ablation needs at least one change; add it with change(name, change)");
        }
        Scores before = measure.apply(base);
        List<Difference> effects = new ArrayList<>();
        changes.forEach((name, change) -> {
            Scores after = measure.apply(change.apply(base));
            if (!after.subject().data().equals(before.subject().data())
                    || !after.subject().task().equals(before.subject().task())) {
                throw new InvalidInputException("\"" + name + "\" was measured on " + after.subject().task() + " "
                        + after.subject().data() + ", the base on " + before.subject().task() + " " + before.subject().data()
                        + "; measure both on the same data");
            }
            effects.add(PairedTest.compare(
                    name, before.figure(score).measure(), after.figure(score).measure(), before.sampling()));
        });
        return new Table(score, before, Holm.correct(effects));
    }

    /**
     * What the changes did.
     *
     * @param score that counted
     * @param base its scores
     * @param effects one for each change, named by it, in order
     */
    public record Table(String score, Scores base, List<Difference> effects) {
        /** Copies the list. */
        public Table {
            effects = List.copyOf(effects);
        }

        /**
         * The table as Markdown: the base, then each change with its effect and interval.
         *
         * @return lines
         */
        public String toMarkdown() {
            StringBuilder text = new StringBuilder("| change | " + score + " | effect | interval | p | |\n|---|---|---|---|---|---|\n");
            text.append("| (base) | ").append(base.score(score)).append(" | | | | |\n");
            for (Difference effect : effects) {
                String word = !effect.shown() ? "no difference shown" : effect.change().value() > 0 ? "better" : "worse";
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %.4f | %+.4f | %+.4f to %+.4f | %.4f | %s |%n",
                        effect.name(),
                        effect.second(),
                        effect.change().value(),
                        effect.change().low(),
                        effect.change().high(),
                        effect.tests().adjusted(),
                        word));
            }
            return text.toString().replace(System.lineSeparator(), "\n");
        }
    }
}
